// The places of one event, kept up to date: what changed comes by socket, the whole by HTTP when it must.
import { Resync } from "./resync.js"
import { openSocket } from "./socket.js"

const REMEMBERED = 3000 // ms: longer than a snapshot can be older than its arrival

/**
 * url        of the realtime process
 * eventId    the event
 * token      a live token, or a function that gets one; may be left out where the host names the tenant
 * onChanges  ([[place id, state letter, rev], …]): paint them; of a place the highest rev wins
 * onResync   () => promise: read the availability anew and paint it; changes that came meanwhile are told again after it
 * onStatus   ("live" | "stale"): "stale" is without a socket, read every 5 s
 * Returns a function that ends it.
 *
 * A rev that jumps is no loss: a change bears the whole state of its place, and a rush is told in fewer messages.
 */
export function connectAvailability({ url, eventId, token, onChanges, onResync, onStatus = () => {} }) {
  let recent = [] // [at, changes]
  let status

  const tell = (next) => {
    resync.live = next === "live"
    if (status !== next) onStatus((status = next))
  }
  const resync = new Resync(async () => {
    await onResync()
    const since = performance.now() - REMEMBERED
    recent = recent.filter(([at]) => at >= since)
    for (const [, changes] of recent) onChanges(changes)
  })
  const socket = openSocket({
    url,
    namespace: "/availability",
    token,
    onUp: (connected) => {
      connected.emit("subscribe", { event_id: eventId }, ({ ok }) => {
        tell(ok ? "live" : "stale")
        resync.now() // what happened between the caller's own reading and this moment
      })
    },
    onDown: () => tell("stale"),
  })
  socket.on("places.changed", ({ event_id, changes }) => {
    if (event_id !== eventId) return
    const now = performance.now()
    recent = recent.filter(([at]) => at >= now - REMEMBERED)
    recent.push([now, changes])
    onChanges(changes)
  })
  socket.on("places.resync", () => resync.soon())

  return () => {
    resync.stop()
    socket.end()
  }
}
