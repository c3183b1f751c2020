// How long is left until an instant. Display only: a till's clock may be wrong, so the server alone decides when it is over.
// countdown(output, until, { onTick(seconds), onOver() }) returns the undo.
export function countdown(output, until, { onTick = () => {}, onOver = () => {} } = {}) {
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000))
    output.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
    onTick(seconds)
    if (seconds) return
    clearInterval(timer)
    onOver()
  }
  const timer = setInterval(tick, 1000)
  tick()
  return () => clearInterval(timer)
}
