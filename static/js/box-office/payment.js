// Cash: what is due, what is handed over, what goes back. Notes that people pay with are one press away.
import { formatMoney, parseMoney, writeMoney } from "../ui/money.js"

const NOTES = [1000, 2000, 5000, 10000, 20000, 50000, 100000] // minor units; of each currency the ones above the total
const OFFERED = 2

export class Payment {
  constructor(form, currency) {
    Object.assign(this, { form, currency })
    this.input = form.querySelector("[name='tendered']")
    this.notes = form.querySelector("[data-part='notes']")
    this.change = form.querySelector("[data-part='change']")
    this.submit = form.querySelector("button[type='submit']")
    this.input.addEventListener("input", () => this.#show())
    this.notes.addEventListener("click", (event) => {
      const amount = event.target.closest("button")?.dataset.amount
      if (amount) this.#write(Number(amount))
    })
  }

  setTotal(sale) {
    this.currency = sale.currency
    this.due = sale.balance
    for (const name of ["subtotal", "tax", "total"]) {
      this.form.querySelector(`[data-sum='${name}']`).textContent = formatMoney(sale[name], sale.currency)
    }
    const amounts = [this.due, ...NOTES.filter((note) => note > this.due).slice(0, OFFERED)]
    this.notes.replaceChildren(...amounts.map((amount) => this.#note(amount)))
    this.#write(this.due)
  }

  /** The contract's payment, or null (and the field says why) when it does not cover the total. */
  read() {
    const amount = parseMoney(this.input.value, this.currency)
    if (amount >= this.due) return { method: "cash", amount, currency: this.currency }
    this.input.setAttribute("aria-invalid", "true")
    this.input.focus()
    return null
  }

  #note(amount) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button button-sm number"
    button.dataset.amount = amount
    button.textContent = formatMoney(amount, this.currency)
    return button
  }

  #write(amount) {
    this.input.value = writeMoney(amount, this.currency)
    this.#show()
  }

  #show() {
    const amount = parseMoney(this.input.value, this.currency)
    const covers = amount >= this.due
    this.change.textContent = covers ? formatMoney(amount - this.due, this.currency) : "–"
    this.input.toggleAttribute("aria-invalid", false)
    this.submit.setAttribute("aria-disabled", String(!covers))
  }
}
