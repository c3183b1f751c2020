// Talks to our own JSON API as the person signed in. A refusal is thrown as Refused, with the contract's code.
export class Refused extends Error {
  constructor(status, { code, message, details = {} }) {
    super(message)
    Object.assign(this, { status, code, details })
  }
}

/** path under /api/v1; body as JSON; key: the Idempotency-Key under which it may be repeated. */
export async function call(method, path, { body, key } = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": document.documentElement.dataset.csrf }
  if (body !== undefined) headers["Content-Type"] = "application/json"
  if (key) headers["Idempotency-Key"] = key
  const answer = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
  if (answer.status === 401) location.reload() // to the sign-in page, and back
  if (!answer.ok) {
    const refusal = await answer.json().catch(() => null)
    throw new Refused(answer.status, refusal?.error ?? { code: "INTERNAL_ERROR", message: answer.statusText })
  }
  return answer.status === 204 ? null : answer.json()
}

/** A key that no other request has; crypto.randomUUID is missing on plain http. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
