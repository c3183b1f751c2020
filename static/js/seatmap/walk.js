// From place to place by arrow keys: sideways along the row while it lasts, otherwise to what lies nearest in that direction.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const ASIDE = 2.2 // how much farther a step aside counts than one straight on

export function isArrow(key) {
  return key in WAYS
}

/** The item one arrives at, or `from` itself where the house ends. */
export function step(model, from, key) {
  const [dx, dy] = WAYS[key]
  const here = model.point(from)
  const row = from < model.count ? model.rowOf[from] : -1
  if (dx && row >= 0 && !model.rows[row].isTable) {
    const beside = nearest(model, here, dx, dy, model.rows[row].members)
    if (beside !== null) return beside
  }
  return nearest(model, here, dx, dy, items(model)) ?? from
}

/** The place to begin at: the first of the house, as one reads it. */
export function first(model) {
  for (const item of items(model)) return item
  return null
}

export function* items(model) {
  for (let index = 0; index < model.count; index++) if (model.isDrawn(index)) yield index
  for (let block = 0; block < model.blocks.length; block++) yield model.count + block
}

function nearest(model, here, dx, dy, candidates) {
  let best = null
  let least = Infinity
  for (const item of candidates) {
    const point = model.point(item)
    const [x, y] = [point.x - here.x, point.y - here.y]
    const along = x * dx + y * dy
    const aside = Math.abs(x * dy) + Math.abs(y * dx)
    if (along < 0.5 || aside > along * 3) continue
    const cost = along + ASIDE * aside
    if (cost < least) [best, least] = [item, cost]
  }
  return best
}
