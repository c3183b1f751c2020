// <button data-module="ui/dialog" data-dialog="its-id"> opens that <dialog> as a modal one. Inside it, a button with
// value="cancel" in a form method="dialog", Escape and a click on the backdrop close it; the browser gives focus back.
export function mount(element) {
  const dialog = document.getElementById(element.dataset.dialog)

  const open = () => dialog.showModal()
  const onBackdrop = (event) => {
    if (event.target === dialog) dialog.close("cancel")
  }

  element.addEventListener("click", open)
  dialog.addEventListener("click", onBackdrop)
  return () => {
    element.removeEventListener("click", open)
    dialog.removeEventListener("click", onBackdrop)
  }
}
