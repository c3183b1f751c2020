// How one seat looks in each state: by colour, and by a mark that reads without colour. Used for the map and its legend.
export const STATES = ["f", "h", "r", "s", "b", "a"]
export const SELECTED = "selected"

const MARKED_FROM = 7 // pixels; below that a mark would be noise, and size alone tells taken from free

/** Draw a seat of that width round (x, y), in the context's present units. */
export function drawSeat(context, x, y, width, state, zone, palette) {
  if (state === SELECTED) return drawSelected(context, x, y, width, palette)
  if (state === "f") return drawFree(context, x, y, width, zone)
  drawTaken(context, x, y, width, state, palette)
}

function drawFree(context, x, y, width, zone) {
  context.fillStyle = zone.fill
  context.strokeStyle = zone.edge
  context.lineWidth = Math.max(0.75, width * 0.05)
  box(context, x, y, width - context.lineWidth)
  context.fill()
  if (width >= 6) context.stroke()
}

function drawSelected(context, x, y, width, palette) {
  if (width < MARKED_FROM + 3) return drawSelectedFromAfar(context, x, y, width, palette)
  context.fillStyle = palette.ground
  box(context, x, y, width + Math.max(5, width * 0.34))
  context.fill()
  context.lineWidth = Math.max(1.5, width * 0.08)
  context.strokeStyle = palette.accent
  box(context, x, y, width + Math.max(3, width * 0.22))
  context.stroke()
  context.fillStyle = palette.accent
  box(context, x, y, width)
  context.fill()
  const arm = width * 0.22
  stroke(context, palette.accentInk, width * 0.12, [
    [x - arm * 1.1, y + arm * 0.1],
    [x - arm * 0.25, y + arm * 0.95],
    [x + arm * 1.2, y - arm * 0.85],
  ])
}

/** A seam parts it from its neighbours; a ring would cover them. */
function drawSelectedFromAfar(context, x, y, width, palette) {
  context.fillStyle = palette.ground
  box(context, x, y, width + 2.5)
  context.fill()
  context.fillStyle = palette.accent
  box(context, x, y, width + 0.5)
  context.fill()
}

function drawTaken(context, x, y, width, state, palette) {
  const shrunk = width * 0.82
  context.lineWidth = Math.max(0.75, width * 0.05)
  if (state === "b") {
    context.strokeStyle = palette.takenMark
    box(context, x, y, shrunk - context.lineWidth)
    context.stroke()
  } else {
    context.fillStyle = palette.taken
    box(context, x, y, shrunk)
    context.fill()
  }
  if (width < MARKED_FROM) return
  const arm = width * 0.17
  const pen = Math.max(1, width * 0.085)
  if (state === "s") {
    stroke(context, palette.takenMark, pen, [
      [x - arm, y - arm],
      [x + arm, y + arm],
    ])
    stroke(context, palette.takenMark, pen, [
      [x + arm, y - arm],
      [x - arm, y + arm],
    ])
  }
  if (state === "h") {
    stroke(context, palette.takenMark, pen, [
      [x, y - arm * 1.15],
      [x, y],
      [x + arm, y + arm * 0.6],
    ])
    context.beginPath()
    context.arc(x, y, arm * 1.5, 0, 2 * Math.PI)
    context.lineWidth = pen * 0.8
    context.stroke()
  }
  if (state === "r") {
    context.fillStyle = palette.takenMark
    context.beginPath()
    context.arc(x, y, arm * 0.8, 0, 2 * Math.PI)
    context.fill()
  }
  if (state === "b")
    stroke(context, palette.takenMark, pen, [
      [x - arm, y],
      [x + arm, y],
    ])
  if (state === "a") {
    stroke(context, palette.takenMark, pen, [
      [x - arm, y - arm],
      [x + arm, y - arm],
      [x + arm, y + arm],
      [x - arm, y + arm],
      [x - arm, y - arm],
    ])
  }
}

function box(context, x, y, width) {
  context.beginPath()
  context.roundRect(x - width / 2, y - width / 2, width, width, width * 0.3)
}

function stroke(context, color, pen, points) {
  context.strokeStyle = color
  context.lineWidth = pen
  context.lineCap = "round"
  context.lineJoin = "round"
  context.beginPath()
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)))
  context.stroke()
}
