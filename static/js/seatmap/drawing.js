// What is drawn round the seats (stage, boxes, table tops, captions, row names), in plan units and ready to paint. Takes the
// "drawing" of GET …/places: {"radius", "areas": [{shape, x, y, rotation, fill, stroke, points | width, height | rx, ry, text}],
// "rows": [{text, x, y}]}. An area's points and text are relative to its (x, y) and turn round it.
import { Bounds } from "./bounds.js"

export function areasOf(drawing) {
  return (drawing?.areas ?? []).map((area) => {
    const turn = ((area.rotation ?? 0) * Math.PI) / 180
    const bounds = new Bounds()
    for (const [x, y] of corners(area)) {
      bounds.add(area.x + x * Math.cos(turn) - y * Math.sin(turn), area.y + x * Math.sin(turn) + y * Math.cos(turn))
    }
    return { x: area.x, y: area.y, turn, bounds, shape: area.shape, path: outline(area), fill: area.fill, stroke: area.stroke, text: area.text ?? null }
  })
}

function outline({ shape, points, width, height, rx, ry }) {
  const path = new Path2D()
  if (shape === "polygon") {
    points.forEach(([x, y], index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)))
    path.closePath()
  }
  if (shape === "rectangle") path.roundRect(0, 0, width, height, Math.min(6, width / 4, height / 4))
  if (shape === "ellipse" || shape === "circle") path.ellipse(0, 0, rx, ry, 0, 0, 2 * Math.PI)
  return path
}

function corners({ shape, points, width, height, rx, ry, text }) {
  if (shape === "polygon") return points
  if (shape === "rectangle") return [[0, 0], [width, 0], [width, height], [0, height]]
  if (shape === "ellipse" || shape === "circle") return [[-rx, -ry], [rx, -ry], [rx, ry], [-rx, ry]]
  return text ? [[text.x, text.y]] : []
}
