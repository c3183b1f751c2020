// Finds seats by where they are: a grid of buckets over the plan. Seats are spread evenly enough that a tree would gain nothing.
export class GridIndex {
  constructor(model) {
    this.model = model
    this.cell = 8 * model.radius
    const { bounds } = model
    this.columns = Math.max(1, Math.ceil(bounds.width / this.cell) + 1)
    this.lines = Math.max(1, Math.ceil(bounds.height / this.cell) + 1)
    this.buckets = new Map()
    for (let index = 0; index < model.count; index++) {
      if (!model.isDrawn(index)) continue
      const key = this.#key(this.#column(model.x[index]), this.#line(model.y[index]))
      const bucket = this.buckets.get(key)
      if (bucket) bucket.push(index)
      else this.buckets.set(key, [index])
    }
  }

  /** The indices of the seats whose middle lies in the box, in no particular order. */
  within(box) {
    const found = []
    const [fromColumn, toColumn] = [this.#column(box.left), this.#column(box.right)]
    for (let line = this.#line(box.top); line <= this.#line(box.bottom); line++) {
      for (let column = fromColumn; column <= toColumn; column++) {
        for (const index of this.buckets.get(this.#key(column, line)) ?? []) {
          if (box.contains(this.model.x[index], this.model.y[index])) found.push(index)
        }
      }
    }
    return found
  }

  #column(x) {
    return clamp(Math.floor((x - this.model.bounds.left) / this.cell), 0, this.columns - 1)
  }

  #line(y) {
    return clamp(Math.floor((y - this.model.bounds.top) / this.cell), 0, this.lines - 1)
  }

  #key(column, line) {
    return line * this.columns + column
  }
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value))
}
