// Amounts are integers of minor units everywhere; this is where people read and write them.
const formats = new Map()

function formatOf(currency) {
  if (!formats.has(currency)) {
    const format = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "currency", currency })
    formats.set(currency, { format, digits: format.resolvedOptions().maximumFractionDigits })
  }
  return formats.get(currency)
}

export function formatMoney(minor, currency) {
  const { format, digits } = formatOf(currency)
  return format.format(minor / 10 ** digits)
}

/** An amount as one types it: "12,50", without currency or grouping. */
export function writeMoney(minor, currency) {
  const { digits } = formatOf(currency)
  const options = { useGrouping: false, minimumFractionDigits: digits, maximumFractionDigits: digits }
  return (minor / 10 ** digits).toLocaleString(document.documentElement.lang || "en", options)
}

/** Minor units of "1.234,50", "1,234.50", "1234.5" or "1234"; NaN for anything else. What groups thousands cannot part cents. */
export function parseMoney(text, currency) {
  const { digits } = formatOf(currency)
  const clean = text.replace(/\s/g, "")
  const match = /^(\d+|\d{1,3}(?:([.,'])\d{3})(?:\2\d{3})*)(?:([.,])(\d{1,2}))?$/.exec(clean)
  if (!match) return NaN
  const [, whole, group, point, part = ""] = match
  if (part.length > digits || (point && point === group)) return NaN
  return Number(whole.replace(/\D/g, "") + part.padEnd(digits, "0"))
}
