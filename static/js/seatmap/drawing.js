// What is drawn round the seats (stage, boxes, table tops, captions, row names), ready to paint. Takes the "drawing" of GET
// …/places: {"areas": [{shape, position, rotation, color, border_color, polygon | rectangle | ellipse | circle, text}]} in the
// words of the plan format; positions are absolute, and what is within an area is relative to it and turns with it.
import { Bounds } from "./bounds.js"

export function areasOf(drawing) {
  return (drawing?.areas ?? []).map((area) => {
    const { x, y } = area.position
    const turn = ((area.rotation ?? 0) * Math.PI) / 180
    const bounds = new Bounds()
    for (const [dx, dy] of corners(area)) {
      bounds.add(x + dx * Math.cos(turn) - dy * Math.sin(turn), y + dx * Math.sin(turn) + dy * Math.cos(turn))
    }
    return { x, y, turn, bounds, path: outline(area), fill: area.color, stroke: area.border_color, text: area.text ?? null }
  })
}

/** The area's shape as a path; null for a caption alone. */
function outline({ shape, polygon, rectangle, ellipse, circle }) {
  if (shape === "text") return null
  const path = new Path2D()
  if (polygon) {
    polygon.points.forEach(({ x, y }, index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)))
    path.closePath()
  }
  if (rectangle) path.roundRect(0, 0, rectangle.width, rectangle.height, Math.min(6, rectangle.width / 4, rectangle.height / 4))
  if (ellipse) path.ellipse(0, 0, ellipse.radius.x, ellipse.radius.y, 0, 0, 2 * Math.PI)
  if (circle) path.arc(0, 0, circle.radius, 0, 2 * Math.PI)
  return path
}

function corners({ polygon, rectangle, ellipse, circle, text }) {
  if (polygon) return polygon.points.map(({ x, y }) => [x, y])
  if (rectangle) return box(0, 0, rectangle.width, rectangle.height)
  if (ellipse) return box(-ellipse.radius.x, -ellipse.radius.y, ellipse.radius.x, ellipse.radius.y)
  if (circle) return box(-circle.radius, -circle.radius, circle.radius, circle.radius)
  return text ? [[text.position.x, text.position.y]] : []
}

function box(left, top, right, bottom) {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]
}
