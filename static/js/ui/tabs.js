// <div data-module="ui/tabs"> holding <div class="tabs"><a class="tab" href="#panel-id">…</a></div> and the panels. Without
// script they are links to the sections of the page; with it, tabs after the ARIA pattern (arrows, Home, End).
export function mount(element) {
  const list = element.querySelector(".tabs")
  const tabs = [...list.querySelectorAll(".tab")]
  const panelOf = (tab) => document.getElementById(tab.hash.slice(1))

  list.setAttribute("role", "tablist")
  for (const tab of tabs) {
    const panel = panelOf(tab)
    tab.setAttribute("role", "tab")
    tab.setAttribute("aria-controls", panel.id)
    tab.id ||= `${panel.id}-tab`
    panel.setAttribute("role", "tabpanel")
    panel.setAttribute("aria-labelledby", tab.id)
    panel.tabIndex = 0
  }

  const show = (chosen) => {
    for (const tab of tabs) {
      const here = tab === chosen
      tab.setAttribute("aria-selected", String(here))
      tab.tabIndex = here ? 0 : -1
      panelOf(tab).hidden = !here
    }
  }
  const onClick = (event) => {
    const tab = event.target.closest(".tab")
    if (!tab) return
    event.preventDefault()
    history.replaceState(null, "", tab.hash)
    show(tab)
  }
  const onKey = (event) => {
    const here = tabs.indexOf(document.activeElement)
    const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (next === undefined || here < 0) return
    event.preventDefault()
    const tab = tabs.at(next % tabs.length)
    show(tab)
    tab.focus()
  }

  show(tabs.find((tab) => tab.hash === location.hash) ?? tabs[0])
  list.addEventListener("click", onClick)
  list.addEventListener("keydown", onKey)
  return () => {
    list.removeEventListener("click", onClick)
    list.removeEventListener("keydown", onKey)
  }
}
