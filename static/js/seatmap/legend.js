// What the colours and marks mean: each zone with its price and how many are free (a press shows the zone), then the states.
import { drawSeat, SELECTED } from "./seat-shape.js"

const SIZE = 18

export class Legend {
  constructor(texts, palette, isChoosing, onZone) {
    Object.assign(this, { texts, palette, isChoosing })
    this.element = document.createElement("div")
    this.element.className = "seat-map-legend"
    this.element.setAttribute("role", "group")
    this.element.setAttribute("aria-label", texts.say("legend"))
    this.zones = document.createElement("ul")
    this.zones.className = "seat-map-zones"
    this.states = document.createElement("ul")
    this.states.className = "seat-map-states"
    this.element.append(this.zones, this.states)
    this.zones.addEventListener("click", (event) => {
      const button = event.target.closest("button")
      if (button) onZone(Number(button.dataset.zone))
    })
  }

  setModel(model) {
    this.model = model
    this.counts = model.zones.map(() => document.createElement("span"))
    this.prices = model.zones.map(() => document.createElement("span"))
    this.zones.replaceChildren(
      ...model.zones.map((zone, index) => {
        const button = document.createElement("button")
        button.type = "button"
        button.dataset.zone = index
        const name = document.createElement("span")
        name.className = "seat-map-zone-name"
        name.textContent = zone.name
        this.prices[index].className = "seat-map-zone-price"
        this.counts[index].className = "seat-map-zone-count"
        button.append(this.#swatch("f", zone, index), name, this.prices[index], this.counts[index])
        const item = document.createElement("li")
        item.append(button)
        return item
      }),
    )
    this.#showStates()
    this.refresh()
  }

  /** Prices and counts as they are now. */
  refresh() {
    this.model?.zones.forEach((zone, index) => {
      this.prices[index].textContent = this.texts.money(zone.price, this.model.currency)
      this.counts[index].textContent = zone.free
        ? this.texts.say("free_of", { free: this.texts.number(zone.free), capacity: this.texts.number(zone.capacity) })
        : this.texts.say("sold_out")
    })
  }

  /** After a change of theme. */
  repaint() {
    if (this.model) this.setModel(this.model)
  }

  #showStates() {
    const shown = [...(this.isChoosing ? [SELECTED] : []), "h", "s", "r", "b", "a"]
    this.states.replaceChildren(
      ...shown.map((state) => {
        const item = document.createElement("li")
        item.append(this.#swatch(state, this.model.zones[0], 0), this.texts.say(state))
        return item
      }),
    )
  }

  #swatch(state, zone, index) {
    const canvas = document.createElement("canvas")
    const density = Math.min(2, devicePixelRatio || 1)
    const side = SIZE + 8
    canvas.width = canvas.height = side * density
    canvas.className = "seat-map-swatch"
    canvas.setAttribute("aria-hidden", "true")
    const context = canvas.getContext("2d")
    context.scale(density, density)
    if (zone) drawSeat(context, side / 2, side / 2, SIZE, state, this.palette.zone(zone, index), this.palette)
    return canvas
  }
}
