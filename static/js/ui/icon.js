// An icon of the sprite for elements made by script: icon("check"). The page names the sprite's address in <html data-icons>.
const SVG = "http://www.w3.org/2000/svg"

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("class", "icon")
  svg.setAttribute("aria-hidden", "true")
  const use = document.createElementNS(SVG, "use")
  use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`)
  svg.append(use)
  return svg
}
