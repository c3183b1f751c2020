// The same choice without the drawing: zones, rows and places as buttons in nested disclosures. Rows are filled when opened,
// so that twenty thousand places cost nothing until someone asks.
const BATCH = 200

export class PlaceList {
  /** describe(item) → text; choose(item) toggles. */
  constructor(texts, describe, choose) {
    Object.assign(this, { texts, describe, choose })
    this.buttons = new Map() // item → button
    this.element = document.createElement("details")
    this.element.className = "seat-map-list"
    const summary = document.createElement("summary")
    summary.textContent = texts.say("list")
    this.body = document.createElement("div")
    this.element.append(summary, this.body)
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-item]")
      if (button) this.choose(Number(button.dataset.item))
    })
  }

  setModel(model, selected) {
    Object.assign(this, { model, selected })
    this.buttons.clear()
    this.body.replaceChildren(...model.zones.map((zone, index) => this.#zone(zone, index)))
  }

  /** Bring the buttons made so far up to date. */
  refresh(items) {
    for (const item of items ?? this.buttons.keys()) {
      const button = this.buttons.get(item)
      if (button) this.#show(button, item)
    }
  }

  #zone(zone, zoneIndex) {
    if (zone.isBlock) {
      const item = this.model.count + this.model.blocks.findIndex((block) => block.zone === zone)
      return this.#button(item)
    }
    return disclosure(zone.name, (body) => {
      this.model.rows.forEach((row) => {
        if (row.zone !== zoneIndex) return
        const name = this.texts.say(row.isTable ? "table" : "row", { row: row.name })
        body.append(row.name ? disclosure(name, (inner) => this.#fill(inner, row.members)) : this.#group(row.members))
      })
    })
  }

  #group(members) {
    const group = document.createElement("div")
    this.#fill(group, members)
    return group
  }

  #fill(body, members) {
    body.classList.add("seat-map-row")
    body.append(...members.slice(0, BATCH).map((item) => this.#button(item)))
    if (members.length > BATCH) body.append(this.#more(body, members.slice(BATCH)))
  }

  #more(body, rest) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button button-sm"
    button.textContent = `+ ${this.texts.number(rest.length)}`
    button.addEventListener("click", () => {
      button.remove()
      this.#fill(body, rest)
    })
    return button
  }

  #button(item) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button button-sm"
    button.dataset.item = item
    this.buttons.set(item, button)
    this.#show(button, item)
    return button
  }

  #show(button, item) {
    const isChosen = this.selected.has(item)
    button.textContent = this.describe(item)
    button.setAttribute("aria-pressed", String(isChosen))
    const isTaken = item < this.model.count && !isChosen && this.model.state[item] !== 102 // "f"
    button.setAttribute("aria-disabled", String(isTaken))
  }
}

function disclosure(title, fill) {
  const details = document.createElement("details")
  const summary = document.createElement("summary")
  const body = document.createElement("div")
  summary.textContent = title
  details.append(summary, body)
  details.addEventListener("toggle", () => details.open && !body.hasChildNodes() && fill(body))
  return details
}
