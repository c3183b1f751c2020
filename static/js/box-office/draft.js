// The draft sale of one window. Choosing holds at once; every step waits for the one before, so that the sale on the screen is
// always one that the server has said. Tells "change" {sale}, "refused" {error} and "over" (the hold is gone).
import { call, newKey } from "../api/client.js"

export class Draft extends EventTarget {
  sale = null
  #queue = Promise.resolve()
  #confirmKey = newKey()

  constructor(eventId) {
    super()
    this.eventId = eventId
  }

  /** Take up what this tab held before it was loaded anew, if it is held still. */
  resume() {
    const id = sessionStorage.getItem(this.#place)
    if (!id) return this.#queue
    return this.#step(async () => {
      const sale = await call("GET", `/sales/${id}`).catch(() => null)
      return sale?.state === "draft" && Date.parse(sale.held_until) > Date.now() ? sale : null
    })
  }

  add(items) {
    return this.#step(() => {
      if (!this.sale)
        return call("POST", "/sales", { body: { event_id: this.eventId, items, channel: "box_office" }, key: newKey() })
      return call("POST", `/sales/${this.sale.id}/items`, { body: { items }, key: newKey() })
    })
  }

  get #place() {
    return `draft:${this.eventId}`
  }

  /** Let lines go; without any the draft itself ends, and all its places are free at once. */
  remove(lineIds) {
    return this.#step(async () => {
      if (!this.sale) return null
      if (lineIds.length >= this.sale.lines.length) return this.#cancelled()
      let sale = this.sale
      for (const id of lineIds) sale = await call("DELETE", `/sales/${sale.id}/items/${id}`)
      return sale
    })
  }

  cancel() {
    return this.#step(() => (this.sale ? this.#cancelled() : null))
  }

  extend() {
    return this.#step(() => call("POST", `/sales/${this.sale.id}/extend`))
  }

  /** Resolves to the confirmed sale, or null when it was refused. A repeat of the same payment is the same confirmation. */
  async confirm(body) {
    const step = this.#queue.then(async () => {
      const confirmed = await call("POST", `/sales/${this.sale.id}/confirm`, { body, key: this.#confirmKey })
      this.#show(null)
      return confirmed
    })
    this.#queue = step.catch((error) => this.#refused(error))
    return step.catch(() => null)
  }

  async #cancelled() {
    await call("POST", `/sales/${this.sale.id}/cancel`)
    return null
  }

  #step(ask) {
    this.#queue = this.#queue.then(ask).then(
      (sale) => this.#show(sale),
      (error) => this.#refused(error),
    )
    return this.#queue
  }

  #show(sale) {
    this.sale = sale
    if (sale) sessionStorage.setItem(this.#place, sale.id)
    else sessionStorage.removeItem(this.#place)
    this.#confirmKey = newKey() // another sale, or another sum: another confirmation
    this.dispatchEvent(new CustomEvent("change", { detail: { sale } }))
  }

  #refused(error) {
    if (error.code === "HOLD_EXPIRED") {
      this.#show(null)
      return this.dispatchEvent(new Event("over"))
    }
    if (error.code !== undefined) this.#confirmKey = newKey() // it was answered; without an answer the same key asks again
    this.dispatchEvent(new CustomEvent("refused", { detail: { error } }))
    this.dispatchEvent(new CustomEvent("change", { detail: { sale: this.sale } }))
  }
}
