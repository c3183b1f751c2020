// <div data-module="dashboard/live" data-live-url="…" data-now="…" data-rooms="sales">: takes the figures anew when something was
// sold, at most once a second, and now and then in any case.
import { connectStaff } from "../live/staff.js"

const CALM = 250 // ms: sales that come together are one reading
const BETWEEN = 1000 // ms from one reading to the next: in a rush, each open dashboard costs the database that much less

export function mount(element) {
  const now = element.querySelector("[data-part='now']")
  const dot = element.querySelector(".live-dot")
  let waiting = 0
  let readAt = 0

  const read = async () => {
    const answer = await fetch(element.dataset.now, { headers: { Accept: "text/html" } })
    if (!answer.ok || answer.redirected) throw new Error(`no figures: ${answer.status}`)
    const known = new Set([...now.querySelectorAll("[data-sale]")].map((row) => row.dataset.sale))
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body
    for (const row of fresh.querySelectorAll("[data-sale]")) row.classList.toggle("is-new", !known.has(row.dataset.sale))
    now.replaceChildren(...fresh.childNodes)
  }
  const soon = () => {
    waiting ||= setTimeout(
      () => {
        waiting = 0
        readAt = Date.now()
        read().catch((error) => console.warn("the figures could not be read", error))
      },
      Math.max(CALM, readAt + BETWEEN - Date.now()),
    )
  }
  if (!element.dataset.rooms) return undefined
  const end = connectStaff({
    url: element.dataset.liveUrl,
    rooms: element.dataset.rooms.split(" "),
    onEvent: soon,
    onResync: read,
    onStatus: (status) => {
      dot.dataset.state = status
      dot.textContent = dot.dataset[status]
    },
  })
  return () => {
    clearTimeout(waiting)
    end()
  }
}
