// The map's words. The page gives its language's in data-texts (templates/ui/seat-map.html); these are the English ones.
import { formatMoney } from "../ui/money.js"

const ENGLISH = {
  map: "Seat map",
  keys: "Arrow keys move between places, Enter or Space chooses, plus and minus zoom, zero shows everything.",
  f: "free",
  h: "held",
  r: "reserved",
  s: "sold",
  b: "blocked",
  a: "allotted",
  selected: "chosen",
  taken: "{place} is not free.",
  chosen: "{place} chosen.",
  dropped: "{place} dropped.",
  free_of: "{free} of {capacity} free",
  sold_out: "sold out",
  legend: "Legend",
  list: "All places as a list",
  row: "Row {row}",
  table: "Table {row}",
  zoom_in: "Zoom in",
  zoom_out: "Zoom out",
  fit: "Show everything",
  count: "{count} chosen",
}

export class Texts {
  constructor(element) {
    this.words = { ...ENGLISH, ...JSON.parse(element.dataset.texts || "{}") }
    this.numbers = new Intl.NumberFormat(document.documentElement.lang || "en")
  }

  say(key, values = {}) {
    return this.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "")
  }

  number(value) {
    return this.numbers.format(value)
  }

  /** minor: an amount in minor units of the currency. */
  money(minor, currency) {
    return minor === null || minor === undefined || !currency ? "" : formatMoney(minor, currency)
  }
}
