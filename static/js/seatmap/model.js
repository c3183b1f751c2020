// What the map knows: every place in flat arrays, by its index in layout order; zones, rows and blocks refer to indices.
// A block stands for a zone without drawn seats (general admission). Blocks come after the places: item ≥ count is a block.
import { areasOf } from "./drawing.js"
import { Bounds } from "./bounds.js"
import { layOut } from "./lay-out.js"

export const FREE = "f".charCodeAt(0)
const RADIUS = 10 // a seat's radius in a plan that says nothing else
const BLOCK = { width: 300, height: 130, share: 0.22, gap: 0.1 } // in plan units; at least this share of the plan's width

export class Model {
  constructor(layout) {
    const count = layout.zones.reduce((sum, zone) => sum + zone.places.length, 0)
    this.count = count
    this.currency = layout.currency ?? null
    this.ids = new Array(count)
    this.labels = new Array(count)
    this.seatNames = new Array(count)
    this.x = new Float32Array(count).fill(NaN)
    this.y = new Float32Array(count).fill(NaN)
    this.zoneOf = new Uint16Array(count)
    this.rowOf = new Int32Array(count).fill(-1)
    this.state = new Uint8Array(count).fill(FREE)
    this.rev = new Float64Array(count)
    this.radius = RADIUS
    this.rowNames = layout.drawing ? [] : null // a drawing has captions of its own
    this.rows = []
    this.blocks = []
    this.zones = layout.zones.map((zone, index) => this.#takeZone(zone, index))
    this.indexOf = new Map(this.ids.map((id, index) => [id, index]))
    this.areas = areasOf(layout.drawing)
    layOut(this)
    this.bounds = new Bounds()
    for (let index = 0; index < count; index++) this.bounds.add(this.x[index], this.y[index], this.radius)
    for (const area of this.areas) this.bounds.union(area.bounds)
    this.#placeBlocks()
    this.placeCount = this.x.reduce((sum, x) => sum + !Number.isNaN(x), 0)
  }

  get itemCount() {
    return this.count + this.blocks.length
  }

  /** Where an item is: a seat's or a block's middle. */
  point(item) {
    if (item < this.count) return { x: this.x[item], y: this.y[item] }
    const { box } = this.blocks[item - this.count]
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }
  }

  isDrawn(index) {
    return !Number.isNaN(this.x[index])
  }

  zoneAt(item) {
    return item < this.count ? this.zones[this.zoneOf[item]] : this.blocks[item - this.count].zone
  }

  /** What an item costs now, in minor units; null while nobody has said. */
  priceOf(item) {
    const zone = this.zoneAt(item)
    const row = item < this.count ? this.rows[this.rowOf[item]] : null
    return zone.rowPrices[row?.rowLabel] ?? zone.price
  }

  /** Take the snapshot of GET …/availability: one letter a place, in layout order. */
  setStates(availability) {
    const byId = new Map(availability.zones.map((zone) => [zone.id, zone]))
    this.currency = availability.currency ?? this.currency
    for (const zone of this.zones) {
      const now = byId.get(zone.id)
      if (!now) continue
      zone.price = now.price ?? zone.price
      zone.stage = now.stage?.name ?? null
      zone.rowPrices = now.row_prices ?? {}
      zone.capacity = now.capacity ?? zone.size
      const states = now.states ?? ""
      for (let offset = 0; offset < Math.min(states.length, zone.size); offset++) {
        this.state[zone.start + offset] = states.charCodeAt(offset)
      }
      zone.free = now.free ?? this.#countFree(zone)
    }
  }

  /** Take changes [[place id, letter, rev], …]; one older than what is known of its place is dropped. Returns the indices. */
  applyChanges(changes) {
    const changed = []
    for (const [id, letter, rev] of changes) {
      const index = this.indexOf.get(id)
      if (index === undefined || rev < this.rev[index]) continue
      this.rev[index] = rev
      const state = letter.charCodeAt(0)
      if (this.state[index] === state) continue
      const zone = this.zones[this.zoneOf[index]]
      zone.free += (state === FREE) - (this.state[index] === FREE)
      this.state[index] = state
      changed.push(index)
    }
    return changed
  }

  #countFree(zone) {
    let free = 0
    for (let index = zone.start; index < zone.start + zone.size; index++) free += this.state[index] === FREE
    return free
  }

  #takeZone(zone, zoneIndex) {
    const start = this.#taken
    const rows = new Map()
    const isBlock = zone.kind === "general"
    const tables = new Map((zone.tables ?? []).map((table) => [table.id, table.label]))
    const box = new Bounds()
    zone.places.forEach((place, offset) => {
      const index = start + offset
      this.ids[index] = place.id
      this.labels[index] = place.label
      this.seatNames[index] = place.seat ?? ""
      this.zoneOf[index] = zoneIndex
      const hasPoint = place.x !== null && place.x !== undefined
      if (hasPoint) box.add(place.x, place.y, RADIUS)
      if (isBlock) return
      if (hasPoint) [this.x[index], this.y[index]] = [place.x, place.y]
      const key = place.table_id ?? place.row ?? ""
      if (!rows.has(key)) {
        rows.set(key, this.rows.length)
        const name = tables.get(place.table_id) ?? place.row ?? ""
        this.rows.push({ zone: zoneIndex, name, rowLabel: place.row, isTable: Boolean(place.table_id), members: [] })
      }
      this.rowOf[index] = rows.get(key)
      this.rows[rows.get(key)].members.push(index)
    })
    this.#taken = start + zone.places.length
    const taken = {
      id: zone.id,
      name: zone.name,
      kind: zone.kind,
      color: zone.color ?? null,
      price: zone.price ?? null,
      rowPrices: {},
      stage: null,
      start,
      size: zone.places.length,
      capacity: zone.capacity ?? zone.places.length,
      free: zone.places.length,
      isBlock,
    }
    if (isBlock) this.blocks.push({ zone: taken, box: box.isEmpty ? null : box })
    return taken
  }
  #taken = 0

  /** Blocks without a place in the plan stand in a line below it. */
  #placeBlocks() {
    const homeless = this.blocks.filter((block) => !block.box)
    const isAlone = this.bounds.isEmpty
    const columns = Math.min(homeless.length, isAlone ? Math.ceil(Math.sqrt(homeless.length)) : 4)
    const width = isAlone ? BLOCK.width : Math.max(BLOCK.width, BLOCK.share * this.bounds.width)
    const height = (width * BLOCK.height) / BLOCK.width
    const gap = BLOCK.gap * width
    const left = isAlone ? 0 : (this.bounds.left + this.bounds.right - columns * (width + gap) + gap) / 2
    const top = isAlone ? 0 : this.bounds.bottom + gap
    homeless.forEach((block, index) => {
      const x = left + (index % columns) * (width + gap)
      const y = top + Math.floor(index / columns) * (height + gap)
      block.box = new Bounds(x, y, x + width, y + height)
    })
    for (const block of this.blocks) this.bounds.union(block.box)
  }
}
