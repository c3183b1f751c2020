// The quiet part of the map (areas, seats, numbers, row names, blocks), drawn once into a bitmap for one scale and one part of
// the plan. A frame of panning or zooming only copies it.
import { drawSeat } from "./seat-shape.js"

const SPRITES_FROM = 5 // a seat's width in pixels: below it is a plain square, from here its shape and mark
const NUMBERS_FROM = 19
const ROWS_FROM = 9
const SMALLEST_TEXT = 9 // pixels of a title
const SMALLEST_ROW = 6.5 // pixels of a row's name
const TITLE_FROM = 14 // plan units: captions below are row names and table numbers

export class Picture {
  constructor() {
    this.canvas = document.createElement("canvas")
    this.context = this.canvas.getContext("2d", { alpha: false })
    this.scale = 0
    this.box = null
  }

  /** box: the part of the plan in plan units; scale: pixels a unit; density: device pixels a pixel. */
  render(model, index, palette, box, scale, density, formatBlock) {
    const ratio = scale * density
    Object.assign(this, { box, scale, density })
    this.canvas.width = Math.max(1, Math.ceil(box.width * ratio))
    this.canvas.height = Math.max(1, Math.ceil(box.height * ratio))
    const { context } = this
    context.fillStyle = palette.ground
    context.fillRect(0, 0, this.canvas.width, this.canvas.height)
    context.setTransform(ratio, 0, 0, ratio, -box.left * ratio, -box.top * ratio)
    drawAreas(context, model.areas, palette, scale)
    drawBlocks(context, model, palette, scale, formatBlock)

    const width = 2 * model.radius * scale
    const seats = index.within(box.grown(model.radius))
    context.setTransform(1, 0, 0, 1, 0, 0)
    const toPixel = { x: (plan) => (plan - box.left) * ratio, y: (plan) => (plan - box.top) * ratio }
    if (width < SPRITES_FROM) drawSquares(context, model, seats, palette, width * density, toPixel)
    else drawSprites(context, model, seats, palette, width * density, toPixel)
    if (width >= NUMBERS_FROM) drawNumbers(context, model, seats, palette, width * density, toPixel)
    if (width >= ROWS_FROM) drawRowNames(context, model, box, palette, width * density, density, toPixel)
  }
}

function drawAreas(context, areas, palette, scale) {
  for (const area of areas) {
    context.save()
    context.translate(area.x, area.y)
    context.rotate(area.turn)
    if (area.path) {
      context.fillStyle = area.fill ? palette.area(area.fill) : palette.sunken
      context.fill(area.path)
      context.strokeStyle = area.stroke ? palette.area(area.stroke) : palette.line
      context.lineWidth = Math.max(1, 1 / scale)
      context.stroke(area.path)
    }
    if (area.text) drawCaption(context, area.text, palette, scale)
    context.restore()
  }
}

/** A title stays readable from afar; a row's name shows when one is near enough for rows. */
function drawCaption(context, { text, position, size }, palette, scale) {
  const isTitle = size >= TITLE_FROM
  if (!isTitle && size * scale < SMALLEST_ROW) return
  const shown = isTitle ? Math.max(size, SMALLEST_TEXT / scale) : size
  context.font = `${isTitle ? 600 : 540} ${shown}px ${palette.font}`
  context.fillStyle = isTitle ? palette.soft : palette.faint
  context.textAlign = "center"
  context.textBaseline = "middle"
  context.letterSpacing = isTitle ? `${shown * 0.06}px` : "0px"
  context.fillText(text, position.x, position.y)
  context.letterSpacing = "0px"
}

function drawBlocks(context, model, palette, scale, formatBlock) {
  for (const { zone, box } of model.blocks) {
    const colors = palette.zone(zone, model.zones.indexOf(zone))
    const corner = Math.min(14, box.height / 8)
    context.beginPath()
    context.roundRect(box.left, box.top, box.width, box.height, corner)
    context.fillStyle = colors.wash
    context.fill()
    context.strokeStyle = colors.fill
    context.lineWidth = Math.max(1.5, 1.5 / scale)
    context.stroke()
    const lines = formatBlock(zone)
    const size = Math.max(Math.min(box.height / 5.5, box.width / 12), SMALLEST_TEXT / scale)
    const fitting = lines.slice(0, Math.max(1, Math.floor(box.height / (1.4 * size))))
    context.textAlign = "center"
    context.textBaseline = "middle"
    fitting.forEach((line, number) => {
      context.font = `${number ? 450 : 650} ${number ? size * 0.8 : size}px ${palette.font}`
      context.fillStyle = number ? palette.soft : palette.ink
      context.fillText(
        line,
        (box.left + box.right) / 2,
        (box.top + box.bottom) / 2 + (number - (fitting.length - 1) / 2) * size * 1.35,
        box.width * 0.92,
      )
    })
  }
}

/** Far away: one colour, one size, as few changes of the context as there are colours. */
function drawSquares(context, model, seats, palette, width, toPixel) {
  const byColor = new Map()
  for (const seat of seats) {
    const isFree = model.state[seat] === 102 // "f"
    const key = isFree ? model.zoneOf[seat] : -1
    const group = byColor.get(key)
    if (group) group.push(seat)
    else byColor.set(key, [seat])
  }
  for (const [zone, members] of byColor) {
    context.fillStyle = zone < 0 ? palette.taken : palette.zone(model.zones[zone], zone).fill
    const side = Math.max(1, zone < 0 ? width * 0.72 : width * 0.94)
    for (const seat of members) {
      context.fillRect(toPixel.x(model.x[seat]) - side / 2, toPixel.y(model.y[seat]) - side / 2, side, side)
    }
  }
}

/** Nearer: each look is drawn once into a small bitmap and copied. */
function drawSprites(context, model, seats, palette, width, toPixel) {
  const sprites = new Map()
  const size = Math.ceil(width) + 2
  for (const seat of seats) {
    const state = String.fromCharCode(model.state[seat])
    const zone = model.zoneOf[seat]
    const key = state === "f" ? zone : state
    let sprite = sprites.get(key)
    if (!sprite) {
      sprite = document.createElement("canvas")
      sprite.width = sprite.height = size
      drawSeat(sprite.getContext("2d"), size / 2, size / 2, width, state, palette.zone(model.zones[zone], zone), palette)
      sprites.set(key, sprite)
    }
    context.drawImage(sprite, Math.round(toPixel.x(model.x[seat]) - size / 2), Math.round(toPixel.y(model.y[seat]) - size / 2))
  }
}

function drawNumbers(context, model, seats, palette, width, toPixel) {
  context.font = `600 ${width * 0.4}px ${palette.font}`
  context.textAlign = "center"
  context.textBaseline = "middle"
  for (const seat of seats) {
    if (model.state[seat] !== 102) continue
    context.fillStyle = palette.zone(model.zones[model.zoneOf[seat]], model.zoneOf[seat]).ink
    context.fillText(model.seatNames[seat], toPixel.x(model.x[seat]), toPixel.y(model.y[seat]) + width * 0.03, width * 0.8)
  }
}

function drawRowNames(context, model, box, palette, width, density, toPixel) {
  context.font = `560 ${Math.min(15 * density, Math.max(9 * density, width * 0.5))}px ${palette.font}`
  context.fillStyle = palette.faint
  context.textAlign = "center"
  context.textBaseline = "middle"
  model.rowNames ??= namesOfRows(model)
  for (const name of model.rowNames) {
    if (box.contains(name.x, name.y)) context.fillText(name.text, toPixel.x(name.x), toPixel.y(name.y))
  }
}

/** For a house without a drawing: a row's name at both its ends, a table's in its middle. */
function namesOfRows(model) {
  return model.rows
    .filter((row) => row.name)
    .flatMap((row) => namePoints(model, row).map((point) => ({ text: row.name, ...point })))
}

function namePoints(model, { members, isTable }) {
  const points = members.map((seat) => ({ x: model.x[seat], y: model.y[seat] }))
  if (isTable) return [{ x: mean(points.map((point) => point.x)), y: mean(points.map((point) => point.y)) }]
  points.sort((a, b) => a.x - b.x || a.y - b.y)
  const [start, end] = [points[0], points.at(-1)]
  return [beyond(start, points[1] ?? { x: start.x + 1, y: start.y }), beyond(end, points.at(-2) ?? { x: end.x - 1, y: end.y })]

  function beyond(last, before) {
    const length = Math.hypot(last.x - before.x, last.y - before.y) || 1
    const reach = 2.3 * model.radius
    return { x: last.x + ((last.x - before.x) / length) * reach, y: last.y + ((last.y - before.y) / length) * reach }
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
