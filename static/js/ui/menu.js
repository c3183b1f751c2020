// <details class="menu" data-module="ui/menu">: closes by Escape, by a click elsewhere and when the focus leaves; arrows move.
export function mount(element) {
  const summary = element.querySelector("summary")
  const items = () => [...element.querySelectorAll(".menu-item:not(:disabled)")]

  const onKey = (event) => {
    if (event.key === "Escape" && element.open) {
      element.open = false
      summary.focus()
      event.stopPropagation()
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault()
      element.open = true
      const all = items()
      const step = event.key === "ArrowDown" ? 1 : -1
      const here = all.indexOf(document.activeElement)
      all.at(here < 0 ? (step > 0 ? 0 : -1) : (here + step) % all.length)?.focus()
    }
  }
  const onOutside = (event) => {
    if (element.open && !element.contains(event.target)) element.open = false
  }

  element.addEventListener("keydown", onKey)
  document.addEventListener("pointerdown", onOutside)
  document.addEventListener("focusin", onOutside)
  return () => {
    element.removeEventListener("keydown", onKey)
    document.removeEventListener("pointerdown", onOutside)
    document.removeEventListener("focusin", onOutside)
  }
}
