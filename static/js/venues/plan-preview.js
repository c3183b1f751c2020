// <section data-module="venues/plan-preview" data-url="…/layout" data-failed="…"><seat-map readonly>: a plan to look at.
import "../seatmap/seat-map.js"

export function mount(element) {
  const leaving = new AbortController()

  fetch(element.dataset.url, { signal: leaving.signal, headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
    .then((layout) => element.querySelector("seat-map").setLayout(layout))
    .catch((error) => {
      if (error.name === "AbortError") return
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: element.dataset.failed, tone: "bad" } }))
    })

  return () => leaving.abort()
}
