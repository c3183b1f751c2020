// What the tenant's own people are told as it happens: sales, and the progress of devices.
import { Resync } from "./resync.js"
import { openSocket } from "./socket.js"

/**
 * url       of the realtime process
 * rooms     ["sales", "fdms_device_<id>", …]
 * onEvent   (name, payload), such as ("sale.confirmed", {…})
 * onResync  () => promise: read anew what events may have been missed
 * onStatus  ("live" | "stale")
 * Returns a function that ends it.
 */
export function connectStaff({ url, rooms, onEvent, onResync = () => {}, onStatus = () => {} }) {
  const resync = new Resync(onResync)
  const tell = (status) => {
    resync.live = status === "live"
    onStatus(status)
  }
  const socket = openSocket({
    url,
    namespace: "/staff",
    token: () => fetchToken(rooms),
    onUp: async (connected) => {
      const acks = await Promise.all(rooms.map((room) => connected.emitWithAck("subscribe", { room })))
      tell(acks.every(({ ok }) => ok) ? "live" : "stale")
      resync.now()
    },
    onDown: () => tell("stale"),
  })
  socket.onAny(onEvent)

  return () => {
    resync.stop()
    socket.end()
  }
}

async function fetchToken(rooms) {
  const query = new URLSearchParams({ rooms: rooms.join(",") })
  const answer = await fetch(`/api/v1/live/token?${query}`, { headers: { Accept: "application/json" } })
  if (!answer.ok) throw new Error(`no live token: ${answer.status}`)
  return (await answer.json()).token
}
