// Gives every [data-module="area/name other/name"] its behaviour: imports js/area/name.js, calls mount(element), and calls
// what mount returned when the element leaves the page. Elements that come later are found too.
const mounted = new WeakMap() // element → Map(name → undo | undefined)

async function mountOne(element, name) {
  const undos = mounted.get(element) ?? mounted.set(element, new Map()).get(element)
  if (undos.has(name)) return
  undos.set(name, undefined)
  try {
    const { mount } = await import(`./${name}.js`)
    if (!element.isConnected || !undos.has(name)) return undos.delete(name)
    undos.set(name, mount(element))
  } catch (error) {
    undos.delete(name)
    console.error(`module ${name} did not start`, error)
  }
}

function withModules(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return []
  const inside = [...node.querySelectorAll("[data-module]")]
  return node.matches("[data-module]") ? [node, ...inside] : inside
}

function mountAll(node) {
  for (const element of withModules(node)) {
    for (const name of element.dataset.module.split(/\s+/).filter(Boolean)) mountOne(element, name)
  }
}

function unmountAll(node) {
  for (const element of withModules(node)) {
    if (element.isConnected) continue // only moved
    for (const undo of mounted.get(element)?.values() ?? []) undo?.()
    mounted.delete(element)
  }
}

mountAll(document.documentElement)
new MutationObserver((records) => {
  for (const record of records) {
    for (const node of record.removedNodes) unmountAll(node)
    for (const node of record.addedNodes) mountAll(node)
  }
}).observe(document.documentElement, { childList: true, subtree: true })
