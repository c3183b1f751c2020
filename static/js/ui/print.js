// <button data-module="ui/print">: prints this page, or the document named in data-href once it has come.
export function mount(button) {
  let frame = null

  const print = () => {
    if (!button.dataset.href) return window.print()
    frame?.remove()
    frame = document.createElement("iframe")
    frame.className = "visually-hidden"
    frame.tabIndex = -1
    frame.setAttribute("aria-hidden", "true")
    frame.addEventListener("load", () => frame.contentWindow.print())
    frame.src = button.dataset.href
    document.body.append(frame)
  }

  button.addEventListener("click", print)
  return () => {
    button.removeEventListener("click", print)
    frame?.remove()
  }
}
