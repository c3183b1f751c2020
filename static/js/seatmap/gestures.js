// Fingers, mouse and wheel on the canvas: one moves, two pinch, the wheel zooms, a double tap comes nearer, a tap chooses.
const SLOP = 6 // pixels a finger may stray and still tap
const DOUBLE = 300 // ms
const FINGER = 26 // a finger chooses only seats at least this wide; at smaller ones it comes nearer

/** handlers: tap(x, y), hover(x, y | null), needsNearer(x, y). Returns the undo. */
export function listen(canvas, view, handlers) {
  const pointers = new Map()
  let strayed = false
  let pinch = null
  let lastTap = null

  const at = (event) => {
    const box = canvas.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const spread = () => {
    const [a, b] = [...pointers.values()]
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.hypot(a.x - b.x, a.y - b.y) || 1 }
  }

  const down = (event) => {
    if (event.button !== 0) return
    pointers.set(event.pointerId, at(event))
    canvas.setPointerCapture(event.pointerId)
    if (pointers.size === 1) strayed = false
    if (pointers.size === 2) {
      strayed = true
      pinch = spread()
    }
  }
  const move = (event) => {
    const point = at(event)
    const before = pointers.get(event.pointerId)
    if (!before) return event.pointerType === "mouse" ? handlers.hover(point.x, point.y) : undefined
    if (pointers.size === 1) {
      if (!strayed && Math.hypot(point.x - before.x, point.y - before.y) < SLOP) return
      strayed = true
      handlers.hover(null)
      canvas.dataset.dragging = "true"
      view.panBy(point.x - before.x, point.y - before.y)
    }
    pointers.set(event.pointerId, point)
    if (pointers.size === 2) {
      const now = spread()
      view.panBy(now.x - pinch.x, now.y - pinch.y)
      view.zoomAt(now.x, now.y, now.distance / pinch.distance)
      pinch = now
    }
  }
  const up = (event) => {
    if (!pointers.delete(event.pointerId)) return
    delete canvas.dataset.dragging
    if (pointers.size === 1) pinch = null
    if (pointers.size || strayed || event.type === "pointercancel") return
    tap(event, at(event))
  }
  const tap = (event, point) => {
    const isDouble =
      lastTap && event.timeStamp - lastTap.time < DOUBLE && Math.hypot(point.x - lastTap.x, point.y - lastTap.y) < 24
    lastTap = { ...point, time: event.timeStamp }
    const tooSmall = event.pointerType === "touch" && handlers.seatWidth() < FINGER && !handlers.isBlock(point.x, point.y)
    if (tooSmall) return view.glideZoomAt(point.x, point.y, (FINGER * 1.25) / handlers.seatWidth())
    if (handlers.tap(point.x, point.y)) return
    if (isDouble) view.glideZoomAt(point.x, point.y, 2.2)
  }
  const wheel = (event) => {
    const outwards = event.deltaY > 0
    if (outwards && view.isFit && !event.ctrlKey) return // nothing more to see: the page may scroll
    event.preventDefault()
    const { x, y } = at(event)
    const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 24 : event.deltaY
    view.zoomAt(x, y, Math.exp(-Math.max(-160, Math.min(160, step)) * (event.ctrlKey ? 0.01 : 0.0022)))
  }
  const leave = () => handlers.hover(null)

  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: leave }
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener)
  canvas.addEventListener("wheel", wheel, { passive: false })
  return () => {
    for (const [name, listener] of Object.entries(listeners)) canvas.removeEventListener(name, listener)
    canvas.removeEventListener("wheel", wheel)
  }
}
