// <div data-module="events/live-map" data-event-id="…" data-live-url="…">, holding a <seat-map>, a .live-dot and a [data-failed]
// notice: reads layout and availability, and keeps the map as it is sold. Tells "map:layout"
// {layout} once, "map:states" {availability} after each snapshot, "map:changes" {changes} with the live feed; "map:refresh"
// asks for a snapshot.
import { call } from "../api/client.js"
import { connectAvailability } from "../live/availability.js"
import "../seatmap/seat-map.js"

export function mount(element) {
  const { eventId, liveUrl } = element.dataset
  const map = element.querySelector("seat-map")
  const dot = element.querySelector(".live-dot")
  const failed = element.querySelector("[data-failed]")
  let end = () => {}
  let isOver = false

  const readStates = async () => {
    const availability = await call("GET", `/events/${eventId}/availability`)
    map.setStates(availability)
    element.dispatchEvent(new CustomEvent("map:states", { bubbles: true, detail: { availability } }))
  }
  const start = async () => {
    failed.hidden = true
    map.toggleAttribute("data-loading", true)
    try {
      const layout = await call("GET", `/events/${eventId}/places`)
      map.setLayout(layout)
      element.dispatchEvent(new CustomEvent("map:layout", { bubbles: true, detail: { layout } }))
      await readStates()
    } catch (error) {
      console.error("the map could not be read", error)
      failed.hidden = false
      return
    } finally {
      map.toggleAttribute("data-loading", false)
    }
    if (isOver) return
    end = connectAvailability({
      url: liveUrl,
      eventId,
      onChanges: (changes) => {
        map.applyChanges(changes)
        element.dispatchEvent(new CustomEvent("map:changes", { bubbles: true, detail: { changes } }))
      },
      onResync: readStates,
      onStatus: (status) => {
        dot.dataset.state = status
        dot.textContent = status === "live" ? dot.dataset.live : dot.dataset.stale
      },
    })
  }
  const again = (event) => event.target.closest("[data-again]") && start()
  const refresh = () => readStates().catch((error) => console.warn("the states could not be read", error))

  failed.addEventListener("click", again)
  element.addEventListener("map:refresh", refresh)
  start()
  return () => {
    isOver = true
    end()
    failed.removeEventListener("click", again)
    element.removeEventListener("map:refresh", refresh)
  }
}
