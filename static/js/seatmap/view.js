// From plan units to pixels of the element: screen = plan × scale + shift. Knows how far one may go, and moves there gently.
import { Bounds } from "./bounds.js"

const MARGIN = 24
const LARGEST_SEAT = 56 // a seat's width in pixels when nearest
const LARGEST_BLOCK = 1 // pixels a plan unit, where there are blocks alone
const CALM = 240 // ms

export class View {
  constructor(onChange) {
    this.onChange = onChange
    this.scale = 1
    this.x = 0
    this.y = 0
    this.width = 0
    this.height = 0
    this.fitScale = 1
    this.bounds = new Bounds(0, 0, 1, 1)
    this.largest = this.largestFit = 4
  }

  setModel(model) {
    this.bounds = model.bounds.isEmpty ? new Bounds(0, 0, 1, 1) : model.bounds
    this.largest = LARGEST_SEAT / (2 * model.radius)
    this.largestFit = model.placeCount ? this.largest : LARGEST_BLOCK
    this.fit()
  }

  resize(width, height) {
    const wasFit = this.isFit
    const middle = this.toPlan(this.width / 2, this.height / 2)
    Object.assign(this, { width, height })
    this.#measure()
    if (wasFit) return this.fit()
    this.#set(this.scale, width / 2 - middle.x * this.scale, height / 2 - middle.y * this.scale)
  }

  get isFit() {
    return this.scale <= this.fitScale * 1.001
  }

  toPlan(x, y) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale }
  }

  toScreen(x, y) {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y }
  }

  /** What of the plan can be seen. */
  get visible() {
    const start = this.toPlan(0, 0)
    const end = this.toPlan(this.width, this.height)
    return new Bounds(start.x, start.y, end.x, end.y)
  }

  panBy(dx, dy) {
    this.#stop()
    this.#set(this.scale, this.x + dx, this.y + dy)
  }

  zoomAt(x, y, factor) {
    this.#stop()
    this.#zoomAt(x, y, this.scale * factor)
  }

  glideZoomAt(x, y, factor) {
    const scale = this.#allowed(this.scale * factor)
    const point = this.toPlan(x, y)
    this.#glide(scale, x - point.x * scale, y - point.y * scale)
  }

  fit() {
    this.#stop()
    this.#measure()
    this.#set(this.fitScale, ...this.#centred(this.bounds, this.fitScale))
  }

  glideTo(box) {
    const scale = this.#allowed(this.#scaleFor(box))
    this.#glide(scale, ...this.#centred(box, scale))
  }

  /** Move as little as needed for this point to be well inside, and near enough to be read. */
  reveal(x, y, scaleAtLeast) {
    const scale = this.#allowed(Math.max(this.scale, scaleAtLeast))
    const inset = Math.min(64, this.width / 5, this.height / 5)
    const at = { x: x * scale + this.x, y: y * scale + this.y }
    if (scale !== this.scale) return this.#glide(scale, this.width / 2 - x * scale, this.height / 2 - y * scale)
    const dx = Math.max(0, inset - at.x) - Math.max(0, at.x - (this.width - inset))
    const dy = Math.max(0, inset - at.y) - Math.max(0, at.y - (this.height - inset))
    if (dx || dy) this.#glide(scale, this.x + dx, this.y + dy)
  }

  #measure() {
    this.fitScale = this.#scaleFor(this.bounds)
  }

  #scaleFor(box) {
    const margin = Math.min(MARGIN, this.width / 16)
    const scale = Math.min((this.width - 2 * margin) / box.width, (this.height - 2 * margin) / box.height)
    return Number.isFinite(scale) && scale > 0 ? Math.min(scale, this.largestFit) : 1
  }

  #centred(box, scale) {
    return [(this.width - (box.left + box.right) * scale) / 2, (this.height - (box.top + box.bottom) * scale) / 2]
  }

  #allowed(scale) {
    return Math.min(Math.max(scale, this.fitScale), Math.max(this.largest, this.fitScale))
  }

  #zoomAt(x, y, wanted) {
    const scale = this.#allowed(wanted)
    const point = this.toPlan(x, y)
    this.#set(scale, x - point.x * scale, y - point.y * scale)
  }

  #set(scale, x, y) {
    this.scale = scale
    const box = this.bounds
    this.x = kept(x, box.left * scale, box.right * scale, this.width)
    this.y = kept(y, box.top * scale, box.bottom * scale, this.height)
    this.onChange()
  }

  #glide(scale, x, y) {
    this.#stop()
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.#set(scale, x, y)
    const from = { scale: this.scale, x: this.x, y: this.y }
    const start = performance.now()
    const step = (now) => {
      const done = Math.min(1, Math.max(0, now - start) / CALM)
      const eased = 1 - (1 - done) ** 3
      const between = from.scale * (scale / from.scale) ** eased
      // Travel follows the scale, so that the point one zooms at stands still on the way.
      const way = scale === from.scale ? eased : (between - from.scale) / (scale - from.scale)
      this.#set(between, from.x + (x - from.x) * way, from.y + (y - from.y) * way)
      this.gliding = done < 1 ? requestAnimationFrame(step) : 0
    }
    this.gliding = requestAnimationFrame(step)
  }

  #stop() {
    if (this.gliding) cancelAnimationFrame(this.gliding)
    this.gliding = 0
  }
}

/** Keep the plan in sight: centred while it is smaller than the window, else without a gap wider than a quarter of it. */
function kept(shift, start, end, window) {
  const slack = window / 4
  if (end - start <= window - 2 * slack) return Math.min(Math.max(shift, -start), window - end)
  return Math.min(Math.max(shift, window - slack - end), slack - start)
}
