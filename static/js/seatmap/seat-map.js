// <seat-map>: the house as a drawing one can walk through, by hand, by keyboard and by ear. It fetches nothing.
//
//   map.setLayout(layout)        GET /api/v1/events/{id}/places, with zones' colour and price and the plan's drawing if known
//   map.setStates(availability)  GET /api/v1/events/{id}/availability
//   map.applyChanges(changes)    [[place id, state letter, rev], …] of the live feed; the highest rev of a place wins
//   map.selection                the chosen places' ids; may be set
//
// With the attribute `readonly` nothing can be chosen. Events, all bubbling: seat:toggle {placeId, zoneId, selected} (cancelable: prevented, the selection stays), seat:focus
// {placeId, zoneId}, zone:choose {zoneId} for a block of general places.
import { icon } from "../ui/icon.js"
import { Bounds } from "./bounds.js"
import { listen } from "./gestures.js"
import { GridIndex } from "./grid-index.js"
import { Legend } from "./legend.js"
import { FREE, Model } from "./model.js"
import { Painter } from "./painter.js"
import { Palette } from "./palette.js"
import { PlaceList } from "./place-list.js"
import { Texts } from "./texts.js"
import { View } from "./view.js"
import { first, isArrow, items, step } from "./walk.js"

const READABLE = 22 // pixels a seat is wide when the keyboard brings one to it
const KEY_ZOOM = 1.5

export class SeatMap extends HTMLElement {
  #model = null
  #undo = []

  connectedCallback() {
    this.texts = new Texts(this)
    this.#build()
    this.palette = new Palette(this.probe)
    this.view = new View(() => this.#viewChanged())
    this.painter = new Painter(this.canvas, this.view, this.palette, (zone) => this.#blockLines(zone))
    this.selected = this.painter.selected
    this.list = new PlaceList(
      this.texts,
      (item) => this.#describe(item),
      (item) => this.#choose(item),
    )
    this.legend = new Legend(this.texts, this.palette, !this.hasAttribute("readonly"), (zone) => this.#showZone(zone))
    this.append(this.legend.element, this.list.element)
    this.#listen()
  }

  disconnectedCallback() {
    this.painter.stop()
    for (const undo of this.#undo) undo()
    this.#undo = []
    this.#model = null
    this.replaceChildren()
  }

  setLayout(layout) {
    const chosen = this.selection
    this.#model = new Model(layout)
    this.index = new GridIndex(this.#model)
    this.painter.setModel(this.#model, this.index)
    this.painter.focused = this.painter.hovered = null
    this.view.setModel(this.#model)
    this.legend.setModel(this.#model)
    this.selection = chosen
    this.list.setModel(this.#model, this.selected)
    this.painter.invalidate()
  }

  setStates(availability) {
    if (!this.#model) return
    this.#model.setStates(availability)
    this.#statesChanged()
  }

  applyChanges(changes) {
    if (!this.#model) return
    const changed = this.#model.applyChanges(changes)
    if (!changed.length) return
    this.painter.ringAt(changed)
    this.#statesChanged(changed)
  }

  get selection() {
    return this.#model ? [...this.selected].map((index) => this.#model.ids[index]) : []
  }

  set selection(placeIds) {
    if (!this.#model) return
    this.selected.clear()
    for (const id of placeIds) {
      const index = this.#model.indexOf.get(id)
      if (index !== undefined) this.selected.add(index)
    }
    this.list.refresh()
    this.#refreshTip()
    this.painter.request()
  }

  /** A zone as it is now: {free, capacity, price in minor units, currency}; null for an unknown id. */
  zone(zoneId) {
    const zone = this.#model?.zones.find(({ id }) => id === zoneId)
    return zone ? { free: zone.free, capacity: zone.capacity, price: zone.price, currency: this.#model.currency } : null
  }

  /** The place's words, price included, or null for an unknown id. */
  describe(placeId) {
    const index = this.#model?.indexOf.get(placeId)
    return index === undefined ? null : this.#describe(index)
  }

  #build() {
    const stage = part("div", "seat-map-stage")
    this.canvas = part("canvas", "seat-map-canvas", {
      tabindex: "0",
      role: "application",
      "aria-roledescription": this.texts.say("map"),
      "aria-label": this.getAttribute("aria-label") ?? this.texts.say("map"),
    })
    const keys = part("p", "visually-hidden")
    keys.id = `seat-map-keys-${Math.random().toString(36).slice(2, 8)}`
    keys.textContent = this.texts.say("keys")
    this.canvas.setAttribute("aria-describedby", keys.id)
    this.spoken = part("p", "visually-hidden", { "aria-live": "polite" })
    this.tip = part("div", "seat-map-tip", { "aria-hidden": "true" })
    this.tip.hidden = true
    this.probe = part("span", "visually-hidden", { "aria-hidden": "true" })
    this.controls = part("div", "seat-map-controls")
    for (const [action, sign, words] of [
      ["in", "plus", "zoom_in"],
      ["out", "minus", "zoom_out"],
      ["fit", "maximize", "fit"],
    ]) {
      const button = part("button", "button button-icon", {
        type: "button",
        "data-action": action,
        "aria-label": this.texts.say(words),
        title: this.texts.say(words),
      })
      button.append(icon(sign))
      this.controls.append(button)
    }
    stage.append(this.canvas, this.tip, this.controls)
    this.stage = stage
    this.append(stage, keys, this.spoken, this.probe)
  }

  #listen() {
    const on = (target, name, listener) => {
      target.addEventListener(name, listener)
      this.#undo.push(() => target.removeEventListener(name, listener))
    }
    const themeChanged = () => {
      this.palette.refresh()
      this.legend.repaint()
      this.painter.invalidate()
    }
    const resized = new ResizeObserver(() => {
      this.view.resize(this.canvas.clientWidth, this.canvas.clientHeight)
      this.painter.invalidate()
    })
    resized.observe(this.canvas)
    this.#undo.push(() => resized.disconnect())
    this.#undo.push(
      listen(this.canvas, this.view, {
        tap: (x, y) => this.#tap(x, y),
        hover: (x, y) => this.#hover(x, y),
        seatWidth: () => (this.#model?.placeCount ? 2 * this.#model.radius * this.view.scale : Infinity),
        isBlock: (x, y) => this.#itemAt(x, y) >= (this.#model?.count ?? Infinity),
      }),
    )
    on(this.canvas, "keydown", (event) => this.#key(event))
    on(this.canvas, "focus", () => this.canvas.matches(":focus-visible") && this.#focus(this.#lastFocus ?? this.#start()))
    on(this.canvas, "blur", () => this.#unfocus())
    on(this.controls, "click", (event) => this.#control(event.target.closest("[data-action]")?.dataset.action))
    on(document, "theme:changed", themeChanged)
    on(matchMedia("(prefers-color-scheme: dark)"), "change", themeChanged)
    document.fonts?.ready.then(() => this.painter.invalidate())
  }
  #lastFocus = null

  #viewChanged() {
    this.painter?.viewChanged()
    this.canvas.classList.toggle("is-near", !this.view.isFit)
    this.tip.hidden = true
  }

  #statesChanged(changed) {
    this.legend.refresh()
    this.list.refresh(changed)
    if (changed && this.#model.blocks.length) this.list.refresh(this.#model.blocks.map((_, block) => this.#model.count + block))
    this.#refreshTip()
    this.painter.invalidate()
    if (changed?.includes(this.painter.focused)) this.#speak(this.#describe(this.painter.focused))
  }

  #tap(x, y) {
    const item = this.#itemAt(x, y)
    if (item === null) return false
    this.#lastFocus = item
    this.#choose(item)
    return true
  }

  #choose(item) {
    const model = this.#model
    const zone = model.zoneAt(item)
    if (this.hasAttribute("readonly")) return this.#speak(this.#describe(item))
    if (item >= model.count) return this.#send("zone:choose", { zoneId: zone.id })
    const place = model.labels[item]
    const isChosen = this.selected.has(item)
    if (!isChosen && model.state[item] !== FREE) return this.#speak(this.texts.say("taken", { place }))
    const detail = { placeId: model.ids[item], zoneId: zone.id, selected: !isChosen }
    if (!this.#send("seat:toggle", detail)) return
    if (isChosen) this.selected.delete(item)
    else this.selected.add(item)
    this.#speak(
      `${this.texts.say(isChosen ? "dropped" : "chosen", { place })} ${this.texts.say("count", { count: this.selected.size })}`,
    )
    this.list.refresh([item])
    this.#refreshTip()
    this.painter.request()
  }

  #key(event) {
    if (!this.#model || event.altKey || event.metaKey || event.ctrlKey) return
    const here = this.painter.focused
    if (isArrow(event.key)) this.#focus(here === null ? (this.#lastFocus ?? this.#start()) : step(this.#model, here, event.key))
    else if (event.key === "Enter" || event.key === " ") {
      if (here !== null) this.#choose(here)
    } else if (event.key === "+" || event.key === "=") this.#control("in")
    else if (event.key === "-") this.#control("out")
    else if (event.key === "0") this.#control("fit")
    else if (event.key === "Escape") this.tip.hidden = true
    else return
    event.preventDefault()
  }

  #control(action) {
    if (action === "fit") return this.view.glideTo(this.#model?.bounds ?? this.view.bounds)
    if (!action) return
    const middle = this.painter.focused === null ? null : this.#model.point(this.painter.focused)
    const { x, y } = middle ? this.view.toScreen(middle.x, middle.y) : { x: this.view.width / 2, y: this.view.height / 2 }
    this.view.glideZoomAt(x, y, action === "in" ? KEY_ZOOM : 1 / KEY_ZOOM)
  }

  #start() {
    return this.selected.values().next().value ?? first(this.#model)
  }

  #focus(item) {
    if (item === null || !this.#model) return
    this.#lastFocus = this.painter.focused = item
    const { x, y } = this.#model.point(item)
    const readable = item < this.#model.count ? READABLE / (2 * this.#model.radius) : 0
    this.view.reveal(x, y, Math.min(readable, this.view.largest))
    this.painter.request()
    this.#speak(this.#describe(item))
    const zone = this.#model.zoneAt(item)
    this.#send("seat:focus", { placeId: this.#model.ids[item] ?? null, zoneId: zone.id })
  }

  #unfocus() {
    this.painter.focused = null
    this.painter.request()
  }

  #hover(x, y) {
    const item = x === null || !this.#model ? null : this.#itemAt(x, y)
    if (item !== this.painter.hovered) {
      this.painter.hovered = item
      this.painter.request()
      this.canvas.classList.toggle("is-over", item !== null)
      if (item !== null) this.#fillTip(item)
    }
    this.tip.hidden = item === null
    if (item === null) return
    const left = Math.min(Math.max(8, x + 14), this.stage.clientWidth - this.tip.offsetWidth - 8)
    const above = y - this.tip.offsetHeight - 14
    this.tip.style.setProperty("transform", `translate(${left}px, ${above < 8 ? y + 22 : above}px)`)
  }

  #refreshTip() {
    if (!this.tip.hidden && this.painter.hovered !== null) this.#fillTip(this.painter.hovered)
  }

  #fillTip(item) {
    const model = this.#model
    const zone = model.zoneAt(item)
    const title = part("strong")
    title.textContent = item < model.count ? model.labels[item] : zone.name
    const facts = part("span")
    facts.textContent = [this.#stateWords(item), this.texts.money(model.priceOf(item), model.currency), zone.stage]
      .filter(Boolean)
      .join(" · ")
    this.tip.replaceChildren(title, facts)
  }

  #describe(item) {
    const model = this.#model
    const zone = model.zoneAt(item)
    const name = item < model.count ? model.labels[item] : zone.name
    return [name, this.#stateWords(item), this.texts.money(model.priceOf(item), model.currency)].filter(Boolean).join(", ")
  }

  #stateWords(item) {
    const model = this.#model
    if (item >= model.count) return this.#blockLines(model.zoneAt(item))[1]
    return this.texts.say(this.selected.has(item) ? "selected" : String.fromCharCode(model.state[item]))
  }

  #blockLines(zone) {
    const count = zone.free
      ? this.texts.say("free_of", { free: this.texts.number(zone.free), capacity: this.texts.number(zone.capacity) })
      : this.texts.say("sold_out")
    return [zone.name, count, this.texts.money(zone.price, this.#model?.currency)].filter(Boolean)
  }

  #showZone(zoneIndex) {
    const box = new Bounds()
    for (const item of items(this.#model)) {
      if (item >= this.#model.count) {
        const block = this.#model.blocks[item - this.#model.count]
        if (block.zone === this.#model.zones[zoneIndex]) box.union(block.box)
      } else if (this.#model.zoneOf[item] === zoneIndex) box.add(this.#model.x[item], this.#model.y[item], 3 * this.#model.radius)
    }
    if (!box.isEmpty) this.view.glideTo(box)
  }

  #itemAt(x, y) {
    if (!this.#model) return null
    const point = this.view.toPlan(x, y)
    const reach = Math.max(this.#model.radius * 1.15, 5 / this.view.scale)
    let best = null
    let least = reach
    for (const index of this.index.within(new Bounds(point.x, point.y, point.x, point.y).grown(reach))) {
      const distance = Math.hypot(this.#model.x[index] - point.x, this.#model.y[index] - point.y)
      if (distance <= least) [best, least] = [index, distance]
    }
    if (best !== null) return best
    const block = this.#model.blocks.findIndex(({ box }) => box.contains(point.x, point.y))
    return block < 0 ? null : this.#model.count + block
  }

  #speak(words) {
    this.spoken.textContent = words
  }

  #send(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }))
  }
}

function part(tag, className = "", attributes = {}) {
  const element = document.createElement(tag)
  if (className) element.className = className
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

customElements.define("seat-map", SeatMap)
