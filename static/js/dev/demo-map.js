// The style guide's own little house: curved rows in two zones, every state, and a block.
import "../seatmap/seat-map.js"

const ROWS = ["A", "B", "C", "D", "E", "F"]
const SEATS = 16

export function mount(element) {
  const map = element.querySelector("seat-map")
  const zone = (id, name, color, rows) => ({
    id,
    name,
    kind: "numbered",
    color,
    places: rows.flatMap((row) => Array.from({ length: SEATS }, (_, seat) => place(row, seat))),
  })
  const general = { id: "floor", name: "Terraza", kind: "general", color: "#2f7350", places: [] }
  const caption = {
    shape: "rectangle",
    position: { x: -130, y: -78 },
    rectangle: { width: 260, height: 34 },
    rotation: 0,
    color: null,
    border_color: null,
  }

  map.setLayout({
    zones: [zone("gold", "Patio", "#b3261e", ROWS.slice(0, 3)), zone("blue", "Balcón", "#1565c0", ROWS.slice(3)), general],
    drawing: { areas: [{ ...caption, text: { text: "ESCENARIO", position: { x: 130, y: 17 }, size: 16 } }] },
  })
  map.setStates({
    currency: "USD",
    zones: [
      { id: "gold", price: 9000, capacity: 48, free: 40, states: "ffffhhffssffrrbaffffffffffffffffffffffffffffffff" },
      { id: "blue", price: 4500, capacity: 48, free: 48, states: "f".repeat(48) },
      { id: "floor", price: 1500, capacity: 300, free: 212, states: "" },
    ],
  })
  map.selection = ["B-7", "B-8"]
}

function place(row, seat) {
  const line = ROWS.indexOf(row)
  const x = (seat - (SEATS - 1) / 2) * 26 + (seat < SEATS / 2 ? -14 : 14)
  const y = line * 30 + (line > 2 ? 26 : 0) - (x * x) / 900
  return {
    id: `${row}-${seat + 1}`,
    label: `Fila ${row}, asiento ${seat + 1}`,
    row,
    seat: String(seat + 1),
    table_id: null,
    x,
    y,
  }
}
