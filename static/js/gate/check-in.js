// The gate without a page load: a scanner types and presses Enter, a camera reads, the outcome takes its place at once and the
// field is ready for the next. Without script the form does the same with a page.
import { startCamera } from "./camera.js"

const AGAIN = 3000 // ms in which the camera's same ticket is the one just shown

export function mount(element) {
  const part = (name) => element.querySelector(`[data-part="${name}"]`)
  const form = part("form")
  const camera = part("camera")
  const label = camera.querySelector("span").textContent
  const counts = { admitted: 0, refused: 0 }
  let stopCamera = null
  let last = { text: "", at: 0 }

  const check = async () => {
    const body = new FormData(form)
    form.elements.ticket.value = ""
    form.elements.ticket.focus()
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, headers: { "X-Fragment": "outcome" } })
      show(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-outcome]"))
    } catch {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: element.dataset.textFailed, tone: "bad" } }))
    }
  }
  const show = (outcome) => {
    if (!outcome) return location.reload() // the session is over
    part("outcome").replaceChildren(outcome)
    counts[outcome.dataset.outcome === "admitted" ? "admitted" : "refused"]++
    part("count").hidden = false
    for (const [name, count] of Object.entries(counts)) element.querySelector(`[data-${name}]`).textContent = count
    navigator.vibrate?.(outcome.dataset.outcome === "admitted" ? 60 : [120, 60, 120])
  }
  const onSubmit = (event) => {
    event.preventDefault()
    check()
  }
  const onRead = (text) => {
    if (text === last.text && Date.now() - last.at < AGAIN) return
    last = { text, at: Date.now() }
    form.elements.ticket.value = text
    check()
  }
  const toggleCamera = async () => {
    if (stopCamera) {
      stopCamera()
      stopCamera = null
    } else {
      stopCamera = await startCamera(part("video"), onRead).catch(() => null)
    }
    part("video").hidden = !stopCamera
    camera.querySelector("span").textContent = stopCamera ? camera.dataset.stop : label
  }

  camera.hidden = !("BarcodeDetector" in window && navigator.mediaDevices)
  form.addEventListener("submit", onSubmit)
  camera.addEventListener("click", toggleCamera)
  return () => {
    stopCamera?.()
    form.removeEventListener("submit", onSubmit)
    camera.removeEventListener("click", toggleCamera)
  }
}
