// static/js/live/map.js: <seat-map data-module="live/map" data-event-id="…" data-live-url="{{ live_url() }}">
// Gives a map its house and keeps its places as they are. Tells its page by events that bubble:
// "availability:read" {availability} after each reading (prices, stages, counts), and "live:status" "live" | "stale".
import "../seatmap/seat-map.js"
import { connectAvailability } from "./availability.js"

export function mount(map) {
  const { eventId, liveUrl } = map.dataset
  const address = `/api/v1/events/${eventId}`
  const tell = (name, detail) => map.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }))
  let layout // asked for once, and again when it could not be had

  const read = async () => {
    layout ??= await getJson(`${address}/places`).then((found) => (map.setLayout(found), found))
    const availability = await getJson(`${address}/availability`)
    map.setStates(availability)
    tell("availability:read", { availability })
  }
  const status = (state) => {
    map.dataset.live = state
    tell("live:status", state)
  }

  status("stale")
  return connectAvailability({
    url: liveUrl,
    eventId,
    onChanges: (changes) => layout && map.applyChanges(changes),
    onResync: read,
    onStatus: status,
  })
}

async function getJson(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } })
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
  return answer.json()
}
