// The box office's window: map or quantities on one side, the sale on the other. Choosing a seat holds it; paying sells it.
// Texts and parts come from templates/sales/box_office.html.
import { countdown } from "../ui/countdown.js"
import { formatMoney } from "../ui/money.js"
import { Draft } from "./draft.js"
import { showLines } from "./lines.js"
import { Payment } from "./payment.js"
import { showDone } from "./done.js"

const LATE = 120 // seconds left when the window offers more time

export function mount(element) {
  const map = element.querySelector("seat-map")
  const texts = element.dataset
  const draft = new Draft(element.dataset.eventId)
  const part = (name) => element.querySelector(`[data-part="${name}"]`)
  const done = element.querySelector("dialog[data-part='done']")
  const payment = new Payment(part("payment"), element.dataset.currency)
  let tables = new Map() // place id → table id, where tables are sold whole
  let stopClock = () => {}

  const say = (text, tone) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }))
  const lineIdsOf = (placeIds) =>
    draft.sale?.lines.filter((line) => placeIds.includes(line.place_id)).map((line) => line.id) ?? []

  const toggle = (event) => {
    const { placeId, selected } = event.detail
    const table = tables.get(placeId)
    if (selected) return draft.add([table ? { table_id: table } : { place_id: placeId }])
    const together = table ? [...tables].filter(([, id]) => id === table).map(([id]) => id) : [placeId]
    draft.remove(lineIdsOf(together))
  }
  const addFromZone = (event) => {
    event.preventDefault()
    const quantity = Number(new FormData(event.target).get("quantity"))
    if (quantity > 0) draft.add([{ zone_id: event.target.dataset.zoneId, quantity }])
  }
  const showZoneForm = (event) => {
    const form = element.querySelector(`form[data-zone-id="${event.detail.zoneId}"]`)
    form?.scrollIntoView({ block: "center", behavior: "smooth" })
    form?.querySelector("input").focus({ preventScroll: true })
  }
  const showZones = () => {
    for (const form of element.querySelectorAll("form[data-zone-id]")) {
      const zone = map.zone(form.dataset.zoneId)
      if (!zone) continue
      form.querySelector("[data-free]").textContent = zone.free.toLocaleString(document.documentElement.lang)
      form.querySelector("[data-price]").textContent = zone.price === null ? "" : formatMoney(zone.price, zone.currency)
    }
  }
  const onLayout = ({ detail: { layout } }) => {
    tables = new Map(
      layout.zones
        .filter((zone) => zone.sale_mode === "complete" && zone.kind === "tables")
        .flatMap((zone) => zone.places.map((place) => [place.id, place.table_id])),
    )
    if (draft.sale) show({ detail: draft })
  }
  const removeLine = (event) => {
    const button = event.target.closest("[data-lines]")
    if (button) draft.remove(button.dataset.lines.split(" "))
  }

  const show = ({ detail: { sale } }) => {
    stopClock()
    const isOpen = Boolean(sale?.lines.length)
    part("empty").hidden = isOpen
    part("jump").hidden = !isOpen
    part("order").hidden = !isOpen
    map.selection = sale?.lines.map((line) => line.place_id) ?? []
    if (!isOpen) return
    part("code").textContent = sale.code
    part("jump-count").textContent = texts.textPlaces.replace("{count}", sale.lines.length)
    part("jump-total").textContent = formatMoney(sale.total, sale.currency)
    showLines(part("lines"), part("line"), sale, tables)
    payment.setTotal(sale)
    stopClock = countdown(part("clock"), Date.parse(sale.held_until), {
      onTick: (seconds) => (part("extend").hidden = seconds > LATE),
      onOver: () => part("hold").classList.add("is-over"),
    })
    part("hold").classList.remove("is-over")
  }
  const refused = ({ detail: { error } }) => {
    say(error.code ? error.message : texts.textFailed, "bad") // without a code there was no answer at all
    element.querySelector("[data-event-id]").dispatchEvent(new Event("map:refresh"))
  }
  const over = () => say(texts.textOver, "warn")

  const pay = async (event) => {
    event.preventDefault()
    const tender = payment.read()
    if (!tender) return
    const button = event.submitter
    button?.setAttribute("aria-busy", "true")
    const sale = await draft.confirm({ payments: [tender], ...customerOf(event.target) })
    button?.removeAttribute("aria-busy")
    if (!sale) return
    event.target.reset()
    showDone(done, sale)
  }

  const listeners = [
    [element, "seat:toggle", toggle],
    [element, "zone:choose", showZoneForm],
    [element, "map:states", showZones],
    [element, "map:changes", showZones],
    [element, "map:layout", onLayout],
    [part("lines"), "click", removeLine],
    [part("cancel"), "click", () => draft.cancel()],
    [part("extend"), "click", () => draft.extend()],
    [part("payment"), "submit", pay],
    [done, "close", () => map.querySelector("canvas").focus()],
    [draft, "change", show],
    [draft, "refused", refused],
    [draft, "over", over],
    ...[...element.querySelectorAll("form[data-zone-id]")].map((form) => [form, "submit", addFromZone]),
  ]
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener)
  draft.resume()
  return () => {
    stopClock()
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener)
  }
}

function customerOf(form) {
  const filled = [...new FormData(form)].filter(([name, value]) => name.startsWith("customer.") && value.trim())
  const customer = Object.fromEntries(filled.map(([name, value]) => [name.slice("customer.".length), value.trim()]))
  if (!customer.document_number) delete customer.document_type
  return Object.keys(customer).length ? { customer } : {}
}
