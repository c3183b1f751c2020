// When to read everything anew over HTTP: a live event may be lost in silence, so no screen relies on events alone.
const WHILE_LIVE = 30_000
const WITHOUT_SOCKET = 5_000

/** Calls read() (it may return a promise), never twice at once: now, every 30 s while live, every 5 s without a socket. */
export class Resync {
  #read
  #timer
  #running = false
  #wanted = false
  #live = false
  #stopped = false
  #seen = () => document.hidden || this.now() // a page that was in the background may have slept

  constructor(read) {
    this.#read = read
    document.addEventListener("visibilitychange", this.#seen)
    this.#plan()
  }

  /** The socket is there (live) or not. */
  set live(live) {
    const changed = this.#live !== live
    this.#live = live
    if (changed) this.#plan()
  }

  async now() {
    if (this.#stopped) return
    if (this.#running) return void (this.#wanted = true)
    this.#running = true
    try {
      await this.#read()
    } catch (error) {
      console.warn("the snapshot could not be read", error) // the next turn tries again
    } finally {
      this.#running = false
      this.#plan()
    }
    if (this.#wanted) {
      this.#wanted = false
      await this.now()
    }
  }

  /** Some time within `spread` ms: when everybody is told to read at once. */
  soon(spread = 2000) {
    this.#plan(Math.random() * spread)
  }

  stop() {
    this.#stopped = true
    clearTimeout(this.#timer)
    document.removeEventListener("visibilitychange", this.#seen)
  }

  #plan(pause = (this.#live ? WHILE_LIVE : WITHOUT_SOCKET) * (0.9 + Math.random() * 0.2)) {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#timer = setTimeout(() => (document.hidden ? this.#plan() : this.now()), pause)
  }
}
