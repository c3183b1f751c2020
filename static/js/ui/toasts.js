// The corner where short messages appear. Any module asks for one by
//   document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "good|warn|bad|note" } }))
// Good news leaves by itself; what went wrong stays until it is dismissed;
// what is said twice shows once.
import { icon } from "./icon.js"

const SIGNS = { good: "circle-check", warn: "triangle-alert", bad: "circle-alert", note: "info" }
const STAY = 7000

export function mount(element) {
  const timers = new Set()

  const leaveLater = (toast) => {
    if (toast.matches(".tone-bad, .tone-warn")) return
    const timer = setInterval(() => {
      if (toast.matches(":hover, :focus-within")) return
      clearInterval(timer)
      timers.delete(timer)
      toast.remove()
    }, STAY)
    timers.add(timer)
  }
  const add = ({ detail: { text, tone = "note" } }) => {
    for (const said of element.children) if (said.querySelector(".toast-text").textContent === text) said.remove()
    const toast = document.createElement("div")
    toast.className = `toast tone-${tone}`
    const words = document.createElement("p")
    words.className = "toast-text"
    words.textContent = text
    toast.append(icon(SIGNS[tone] ?? "info"), words, closeButton())
    element.append(toast)
    leaveLater(toast)
  }
  const closeButton = () => {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button button-quiet button-icon button-sm"
    button.setAttribute("aria-label", element.dataset.closeLabel)
    button.append(icon("x"))
    return button
  }
  const dismiss = (event) => {
    if (event.target.closest("button")) event.target.closest(".toast")?.remove()
  }

  for (const toast of element.children) leaveLater(toast)
  element.addEventListener("click", dismiss)
  document.addEventListener("toast", add)
  return () => {
    element.removeEventListener("click", dismiss)
    document.removeEventListener("toast", add)
    timers.forEach(clearInterval)
  }
}
