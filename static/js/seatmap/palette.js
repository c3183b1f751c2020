// The page's tokens and the plan's colours as the canvas needs them, resolved for the theme of this moment.
const ZONES = ["#7a4bb3", "#17798a", "#b8571b", "#2f7350", "#a8325e", "#3b5ba9", "#84691a", "#6b6365"]
const WHITE = "rgb(255 255 255)"
const TOKENS = {
  ground: "--surface",
  sunken: "--surface-sunken",
  ink: "--ink",
  soft: "--ink-soft",
  faint: "--ink-faint",
  line: "--line",
  control: "--line-control",
  accent: "--accent-fill",
  accentInk: "--accent-ink",
  focus: "--focus",
  taken: "--seat-taken",
  takenMark: "--seat-taken-mark",
}

export class Palette {
  /** probe: an element inside the page whose colour may be set and read. */
  constructor(probe) {
    this.probe = probe
    // Where less motion is asked for, everything has a transition of 1 ms, and a colour just set would be read half-way.
    probe.style.setProperty("transition-property", "none")
    this.refresh()
  }

  refresh() {
    for (const [name, token] of Object.entries(TOKENS)) this[name] = this.#resolve(`var(${token})`)
    this.isDark = luminance(this.ground) < 0.2
    this.font = getComputedStyle(this.probe).fontFamily
    this.zones = new Map()
  }

  /** What a zone is painted with: its fill, an edge that stands off the ground, and the ink upon it. */
  zone(zone, index) {
    if (!this.zones.has(zone.id)) {
      const drawn = this.#resolve(zone.color || ZONES[index % ZONES.length])
      const fill = this.isDark && luminance(drawn) < 0.07 ? mix(drawn, WHITE, 0.3) : drawn
      const edge = mix(fill, this.ink, this.isDark ? 0.25 : 0.32)
      const wash = mix(fill, this.ground, 0.84)
      this.zones.set(zone.id, { fill, edge, wash, ink: luminance(fill) > 0.36 ? "rgb(20 14 16)" : "rgb(255 255 255)" })
    }
    return this.zones.get(zone.id)
  }

  /** A colour of the plan's drawing: at night it steps back, so that the seats stay the brightest. */
  area(color) {
    const resolved = this.#resolve(color)
    return this.isDark ? mix(resolved, this.ground, 0.82) : mix(resolved, this.ground, 0.15)
  }

  #resolve(color) {
    this.probe.style.setProperty("color", "transparent")
    this.probe.style.setProperty("color", color)
    return getComputedStyle(this.probe).color
  }
}

function channels(color) {
  return color
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number)
}

function mix(color, other, share) {
  const [a, b] = [channels(color), channels(other)]
  return `rgb(${a.map((channel, index) => Math.round(channel * (1 - share) + b[index] * share)).join(" ")})`
}

function luminance(color) {
  const [r, g, b] = channels(color).map((channel) => {
    const part = channel / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
