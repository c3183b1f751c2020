// The lines of the sale on the window: one a place, and one for a table that is sold whole.
import { formatMoney } from "../ui/money.js"

/** list: the <ul>; template: the <template> of one line; sale: the contract's Sale; tables: place id → table sold whole. */
export function showLines(list, template, sale, tables) {
  list.replaceChildren(
    ...grouped(sale.lines, tables).map((lines) => {
      const item = template.content.cloneNode(true).firstElementChild
      const name = tables.has(lines[0].place_id) ? `${tableName(lines[0])} · ${lines.length}` : lines[0].description
      item.querySelector("[data-text]").textContent = name
      item.querySelector("[data-sum]").textContent = formatMoney(sum(lines), sale.currency)
      const button = item.querySelector("button")
      button.dataset.lines = lines.map((line) => line.id).join(" ")
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${name}`)
      return item
    }),
  )
}

function grouped(lines, tables) {
  const groups = new Map()
  for (const line of lines) {
    const key = tables.get(line.place_id) ?? line.id
    if (!groups.has(key)) groups.set(key, [])
    groups.get(key).push(line)
  }
  return [...groups.values()]
}

/** A chair's label without the chair: «Boxes, Box 4, Chair 1» is at «Boxes, Box 4». */
function tableName({ description }) {
  const end = description.lastIndexOf(",")
  return end > 0 ? description.slice(0, end) : description
}

function sum(lines) {
  return lines.reduce((total, line) => total + line.total, 0)
}
