// The plan's areas (stage, boxes, captions) in absolute plan units, ready to paint. A drawing is {"zones": [{position, areas}]}
// or {"areas": […]}; positions nest, and all of an area turns round its own position.
import { Bounds } from "./bounds.js"

export function areasOf(drawing) {
  if (!drawing) return []
  const zones = [...(drawing.zones ?? []), { areas: drawing.areas ?? [] }]
  return zones.flatMap(({ position = { x: 0, y: 0 }, areas = [] }) => areas.map((area) => place(area, position)))
}

function place(area, zonePosition) {
  const x = zonePosition.x + (area.position?.x ?? 0)
  const y = zonePosition.y + (area.position?.y ?? 0)
  const turn = ((area.rotation ?? 0) * Math.PI) / 180
  const path = outline(area)
  const bounds = new Bounds()
  for (const point of extent(area)) {
    bounds.add(x + point.x * Math.cos(turn) - point.y * Math.sin(turn), y + point.x * Math.sin(turn) + point.y * Math.cos(turn))
  }
  const text = area.text?.text ? { words: area.text.text, size: area.text.size ?? 16, ...(area.text.position ?? { x: 0, y: 0 }) } : null
  return { x, y, turn, path, fill: area.color ?? null, border: area.border_color ?? null, text, bounds }
}

function outline({ shape, polygon, rectangle, ellipse, circle }) {
  const path = new Path2D()
  if (shape === "polygon" && polygon?.points?.length) {
    polygon.points.forEach((point, index) => (index ? path.lineTo(point.x, point.y) : path.moveTo(point.x, point.y)))
    path.closePath()
  }
  if (shape === "rectangle" && rectangle) path.roundRect(0, 0, rectangle.width, rectangle.height, 6)
  if (shape === "ellipse" && ellipse) path.ellipse(0, 0, ellipse.radius.x, ellipse.radius.y, 0, 0, 2 * Math.PI)
  if (shape === "circle" && circle) path.arc(0, 0, circle.radius, 0, 2 * Math.PI)
  return path
}

function extent({ shape, polygon, rectangle, ellipse, circle, text }) {
  if (shape === "polygon") return polygon?.points ?? []
  if (shape === "rectangle" && rectangle) return corners(0, 0, rectangle.width, rectangle.height)
  if (shape === "ellipse" && ellipse) return corners(-ellipse.radius.x, -ellipse.radius.y, ellipse.radius.x, ellipse.radius.y)
  if (shape === "circle" && circle) return corners(-circle.radius, -circle.radius, circle.radius, circle.radius)
  return text?.position ? [text.position] : []
}

function corners(left, top, right, bottom) {
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ]
}
