// Paints frames: the picture, copied; above it what moves: selection, hover, focus, and a ring where the live feed changed a
// seat. While a gesture lasts, the picture is only stretched; when it rests, or runs out, it is drawn sharp again.
import { drawSeat, SELECTED } from "./seat-shape.js"
import { Picture } from "./picture.js"

const REST = 90 // ms without a change of the view
const CHEAP = 12 // ms that drawing anew may take in the middle of a gesture
const RING = 900 // ms
const DENSITY = 2 // device pixels a pixel, at most
const MOST_RINGS = 60

export class Painter {
  constructor(canvas, view, palette, formatBlock) {
    Object.assign(this, { canvas, view, palette, formatBlock })
    this.context = canvas.getContext("2d", { alpha: false })
    this.near = new Picture()
    this.whole = new Picture()
    this.selected = new Set()
    this.hovered = null
    this.focused = null
    this.rings = new Map() // index → when it began
    this.cost = 0
    this.#forget()
  }

  setModel(model, index) {
    Object.assign(this, { model, index })
    this.rings.clear()
    this.#forget()
  }

  /** The seats, the theme or the size are no longer what was drawn. */
  invalidate() {
    this.#forget()
    this.request()
  }

  viewChanged() {
    this.movedAt = performance.now()
    this.request()
  }

  ringAt(indices) {
    if (indices.length > MOST_RINGS || matchMedia("(prefers-reduced-motion: reduce)").matches) return
    const now = performance.now()
    for (const index of indices) if (this.model.isDrawn(index)) this.rings.set(index, now)
  }

  request() {
    this.frame ||= requestAnimationFrame((now) => {
      this.frame = 0
      this.#paint(now)
    })
  }

  stop() {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.restTimer)
    this.frame = 0
  }

  #forget() {
    this.stale = true
    this.wholeStale = true
  }

  get density() {
    return Math.min(DENSITY, devicePixelRatio || 1)
  }

  #paint(now) {
    const { canvas, context, view, density, model } = this
    if (!model || !view.width || !view.height) return
    const [width, height] = [Math.round(view.width * density), Math.round(view.height * density)]
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })

    const isMoving = now - (this.movedAt ?? 0) < REST
    const stretched = view.scale / this.near.scale
    const fits = this.near.box?.covers(this.#inPlan(view.visible)) && stretched > 0.6 && stretched < 1.7
    const isSharp = !this.stale && fits && Math.abs(stretched - 1) < 1e-6
    if (!isSharp && (this.stale || !isMoving || (!fits && this.cost < CHEAP))) this.#drawNear()
    else if (!isSharp) this.#drawAgainAtRest()

    context.setTransform(1, 0, 0, 1, 0, 0)
    context.fillStyle = this.palette.ground
    context.fillRect(0, 0, width, height)
    if (!this.near.box.covers(this.#inPlan(view.visible))) this.#copy(this.#drawnWhole())
    this.#copy(this.near)
    this.#drawAbove(now)
    if (this.rings.size) this.request()
  }

  #drawNear() {
    const { view, model } = this
    const reach = 0.3 * Math.max(view.width, view.height)
    const box = this.#inPlan(view.visible.grown(reach / view.scale))
    const start = performance.now()
    this.near.render(model, this.index, this.palette, box, view.scale, this.density, this.formatBlock)
    this.cost = performance.now() - start
    this.stale = false
  }

  #drawnWhole() {
    if (this.wholeStale) {
      const box = this.model.bounds.grown(3 * this.model.radius)
      this.whole.render(this.model, this.index, this.palette, box, this.view.fitScale, this.density, this.formatBlock)
      this.wholeStale = false
    }
    return this.whole
  }

  #drawAgainAtRest() {
    clearTimeout(this.restTimer)
    this.restTimer = setTimeout(() => this.request(), REST + 10)
  }

  /** The part of a box that has anything to show. */
  #inPlan(box) {
    const plan = this.model.bounds.grown(3 * this.model.radius)
    const cut = plan.grown(0)
    cut.left = Math.min(Math.max(plan.left, box.left), plan.right)
    cut.right = Math.max(Math.min(plan.right, box.right), cut.left)
    cut.top = Math.min(Math.max(plan.top, box.top), plan.bottom)
    cut.bottom = Math.max(Math.min(plan.bottom, box.bottom), cut.top)
    return cut
  }

  #copy({ canvas, box, scale }) {
    const { context, view, density } = this
    const at = view.toScreen(box.left, box.top)
    const ratio = view.scale / scale
    if (Math.abs(ratio - 1) < 1e-6) context.drawImage(canvas, Math.round(at.x * density), Math.round(at.y * density))
    else context.drawImage(canvas, at.x * density, at.y * density, canvas.width * ratio, canvas.height * ratio)
  }

  #drawAbove(now) {
    const { context, view, palette, model, density } = this
    context.setTransform(density, 0, 0, density, 0, 0)
    const width = 2 * model.radius * view.scale
    for (const index of this.selected) {
      if (!model.isDrawn(index)) continue
      const { x, y } = view.toScreen(model.x[index], model.y[index])
      drawSeat(context, x, y, Math.max(width, 7), SELECTED, null, palette)
    }
    for (const [index, began] of this.rings) {
      const age = (now - began) / RING
      if (age >= 1) this.rings.delete(index)
      else this.#ring(index, width * (1 + 0.9 * Math.max(0, age)), palette.accent, 2, 1 - age)
    }
    if (this.hovered !== null && this.hovered !== this.focused) this.#ring(this.hovered, width + 5, palette.ink, 1.5)
    if (this.focused !== null) {
      this.#ring(this.focused, width + 8, palette.ground, 6)
      this.#ring(this.focused, width + 8, palette.focus, 2.5)
    }
  }

  #ring(item, width, color, pen, alpha = 1) {
    const { context, view, model } = this
    context.globalAlpha = alpha
    context.strokeStyle = color
    context.lineWidth = pen
    context.beginPath()
    if (item < model.count) {
      const { x, y } = view.toScreen(model.x[item], model.y[item])
      const side = Math.max(width, 12)
      context.roundRect(x - side / 2, y - side / 2, side, side, side * 0.3)
    } else {
      const { box } = model.blocks[item - model.count]
      const { x, y } = view.toScreen(box.left, box.top)
      context.roundRect(x - 3, y - 3, box.width * view.scale + 6, box.height * view.scale + 6, 12)
    }
    context.stroke()
    context.globalAlpha = 1
  }
}
