// Points for seats whose event has no drawn plan: rows one below the other, tables as circles, zone under zone. Also measures
// how large a seat may be drawn: two neighbours never touch.
import { Bounds } from "./bounds.js"

const PITCH = 25
const ROW = 30
const TABLES_IN_A_LINE = 6

export function layOut(model) {
  const bounds = new Bounds()
  for (let index = 0; index < model.count; index++) bounds.add(model.x[index], model.y[index])
  let top = bounds.isEmpty ? 0 : bounds.bottom + 3 * ROW

  model.zones.forEach((zone, zoneIndex) => {
    if (zone.isBlock) return
    const rows = model.rows.filter((row) => row.zone === zoneIndex && !model.isDrawn(row.members[0]))
    if (!rows.length) return
    top = (rows[0].isTable ? layTables : layRows)(model, rows, top) + 3 * ROW
  })
  model.radius = Math.min(model.radius, 0.46 * smallestPitch(model))
}

function layRows(model, rows, top) {
  for (const row of rows) {
    row.members.forEach((index, place) => {
      model.x[index] = (place - (row.members.length - 1) / 2) * PITCH
      model.y[index] = top
    })
    top += ROW
  }
  return top
}

function layTables(model, rows, top) {
  const radius = Math.max(...rows.map((row) => Math.max(28, (row.members.length * PITCH) / (2 * Math.PI))))
  const cell = 2 * radius + 3 * PITCH
  rows.forEach((row, table) => {
    const column = table % TABLES_IN_A_LINE
    const columns = Math.min(TABLES_IN_A_LINE, rows.length)
    const x = (column - (columns - 1) / 2) * cell
    const y = top + radius + Math.floor(table / TABLES_IN_A_LINE) * cell
    row.members.forEach((index, seat) => {
      const angle = (2 * Math.PI * seat) / row.members.length - Math.PI / 2
      model.x[index] = x + radius * Math.cos(angle)
      model.y[index] = y + radius * Math.sin(angle)
    })
  })
  return top + Math.ceil(rows.length / TABLES_IN_A_LINE) * cell
}

/** The distance of neighbours in the tightest tenth of all rows: one odd row does not shrink the house. */
function smallestPitch(model) {
  const pitches = []
  for (const { members } of model.rows) {
    for (let place = 1; place < members.length; place++) {
      const [a, b] = [members[place - 1], members[place]]
      const distance = Math.hypot(model.x[a] - model.x[b], model.y[a] - model.y[b])
      if (distance > 0) pitches.push(distance)
    }
  }
  if (!pitches.length) return Infinity
  pitches.sort((a, b) => a - b)
  return pitches[Math.floor(pitches.length / 10)]
}
