// The lines of the sale on the window: one a place; places of one zone that read alike are counted together.
import { formatMoney } from "../ui/money.js"

/** list: the <ul>; template: the <template> of one line; sale: the contract's Sale. */
export function showLines(list, template, sale) {
  list.replaceChildren(
    ...grouped(sale.lines).map((lines) => {
      const item = template.content.cloneNode(true).firstElementChild
      const [first] = lines
      item.querySelector("[data-text]").textContent = lines.length > 1 ? `${lines.length} × ${first.description}` : first.description
      item.querySelector("[data-sum]").textContent = formatMoney(sum(lines), sale.currency)
      const button = item.querySelector("button")
      button.dataset.lines = lines.map((line) => line.id).join(" ")
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${first.description}`)
      return item
    }),
  )
}

function grouped(lines) {
  const groups = new Map()
  for (const line of lines) {
    const key = `${line.zone_id} ${line.description}`
    if (!groups.has(key)) groups.set(key, [])
    groups.get(key).push(line)
  }
  return [...groups.values()]
}

function sum(lines) {
  return lines.reduce((total, line) => total + line.total, 0)
}
