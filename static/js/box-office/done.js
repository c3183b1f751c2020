// The sale is made: what to give back, the numbers, and what to print.
import { formatMoney } from "../ui/money.js"

/** dialog: <dialog data-part="done">; sale: the confirmed Sale. */
export function showDone(dialog, sale) {
  const change = Math.abs(sale.payments.reduce((sum, payment) => sum + Math.min(0, payment.amount), 0))
  const values = {
    change: formatMoney(change, sale.currency),
    total: formatMoney(sale.total, sale.currency),
    code: sale.code,
    document: sale.fiscal_document?.number ?? "–",
    tickets: String(sale.tickets.length),
  }
  for (const [name, value] of Object.entries(values)) dialog.querySelector(`[data-done='${name}']`).textContent = value
  for (const link of dialog.querySelectorAll("[data-path]")) link.href = link.dataset.path.replace("SALE", sale.id)
  dialog.showModal()
}
