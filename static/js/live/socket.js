// One Socket.IO connection to the realtime process, which comes back by itself: websocket only, so that any process may
// answer, and with jitter, so that a thousand screens do not come back in the same moment.
import { io } from "../../vendor/socket.io-client-4.8.4/socket.io.esm.min.js"

const REFUSED_PAUSE = 5000

/**
 * url: the realtime process; namespace: "/availability" or "/staff"; token: a string, or a function that gets a fresh one
 * (tokens live five minutes); onUp(socket) at every connection, the first too; onDown() when it is lost.
 * Returns the socket; `socket.end()` closes it for good.
 */
export function openSocket({ url, namespace, token, onUp, onDown }) {
  let ended = false
  let timer
  const socket = io(url + namespace, {
    transports: ["websocket"],
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
    timeout: 5000,
    auth: async (answer) => answer(await credentials(token)),
  })
  // A refusal, or a goodbye from the server (a token that is over), is final to socket.io: we ask again with a new token.
  const again = () => {
    clearTimeout(timer)
    timer = setTimeout(() => ended || socket.connect(), REFUSED_PAUSE * (0.5 + Math.random()))
  }
  socket.on("connect", () => onUp(socket))
  socket.on("disconnect", (reason) => {
    if (ended) return
    onDown()
    if (reason === "io server disconnect") socket.connect()
  })
  socket.on("connect_error", () => {
    if (ended) return
    onDown()
    if (!socket.active) again()
  })
  socket.end = () => {
    ended = true
    clearTimeout(timer)
    socket.disconnect()
  }
  return socket
}

async function credentials(token) {
  try {
    const value = typeof token === "function" ? await token() : token
    return value ? { token: value } : {}
  } catch {
    return {} // refused then, and tried again
  }
}
