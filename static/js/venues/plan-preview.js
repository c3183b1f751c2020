// <section data-module="venues/plan-preview" data-url="…/layout" data-failed="…"><seat-map>: a plan to look at.
import "../seatmap/seat-map.js"

export function mount(element) {
  const map = element.querySelector("seat-map")
  const leaving = new AbortController()

  // Looking is all there is here: nothing can be chosen.
  const refuse = (event) => event.preventDefault()
  map.addEventListener("seat:toggle", refuse)

  fetch(element.dataset.url, { signal: leaving.signal, headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
    .then((layout) => map.setLayout(layout))
    .catch((error) => {
      if (error.name === "AbortError") return
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: element.dataset.failed, tone: "bad" } }))
    })

  return () => {
    leaving.abort()
    map.removeEventListener("seat:toggle", refuse)
  }
}
