// <div data-module="events/watch"> round the live map and the counts of an event: how many places are sold, held and free, kept
// by the changes.
const SHOWN = { "count-taken": "sr", "count-held": "h", "count-free": "f" }

export function mount(element) {
  const numbers = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: "always" })
  const known = new Map() // place id → { letter, rev }
  let layout = { zones: [] }

  const show = () => {
    const totals = {}
    for (const { letter } of known.values()) totals[letter] = (totals[letter] ?? 0) + 1
    for (const [id, letters] of Object.entries(SHOWN)) {
      const total = [...letters].reduce((sum, letter) => sum + (totals[letter] ?? 0), 0)
      element.querySelector(`#${id} output`).textContent = numbers.format(total)
    }
  }
  const listeners = {
    "map:layout": ({ detail }) => (layout = detail.layout),
    "map:states": ({ detail }) => {
      const states = new Map(detail.availability.zones.map((zone) => [zone.id, zone.states]))
      for (const { id, places } of layout.zones) {
        const letters = states.get(id) ?? ""
        places.forEach((place, index) => known.set(place.id, { letter: letters[index], rev: known.get(place.id)?.rev ?? 0 }))
      }
      show()
    },
    "map:changes": ({ detail }) => {
      for (const [id, letter, rev] of detail.changes) {
        if (rev >= (known.get(id)?.rev ?? 0)) known.set(id, { letter, rev })
      }
      show()
    },
  }

  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener)
  return () => {
    for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener)
  }
}
