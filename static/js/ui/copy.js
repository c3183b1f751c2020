// <button data-module="ui/copy" data-copy="text" data-copied="Copied">: puts the text on the clipboard and says so.
export function mount(button) {
  const copy = async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied, tone: "good" } }))
  }
  button.addEventListener("click", copy)
  return () => button.removeEventListener("click", copy)
}
