// An upright rectangle in plan units; empty until something is added.
export class Bounds {
  constructor(left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity) {
    Object.assign(this, { left, top, right, bottom })
  }

  get isEmpty() {
    return !(this.left <= this.right)
  }

  get width() {
    return this.right - this.left
  }

  get height() {
    return this.bottom - this.top
  }

  add(x, y, radius = 0) {
    if (Number.isNaN(x)) return
    this.left = Math.min(this.left, x - radius)
    this.top = Math.min(this.top, y - radius)
    this.right = Math.max(this.right, x + radius)
    this.bottom = Math.max(this.bottom, y + radius)
  }

  union(other) {
    if (other.isEmpty) return
    this.add(other.left, other.top)
    this.add(other.right, other.bottom)
  }

  contains(x, y) {
    return x >= this.left && x <= this.right && y >= this.top && y <= this.bottom
  }

  covers(other) {
    return other.left >= this.left && other.right <= this.right && other.top >= this.top && other.bottom <= this.bottom
  }

  grown(by) {
    return new Bounds(this.left - by, this.top - by, this.right + by, this.bottom + by)
  }
}
