// <form data-module="ui/confirm-submit" data-dialog="its-id">: asks in that <dialog> before it sends. The dialog's button
// with value="confirm" goes on; anything else stays. Without script the form is sent at once, and the server still decides.
export function mount(form) {
  const dialog = document.getElementById(form.dataset.dialog)
  let submitter = null
  let agreed = false

  const ask = (event) => {
    if (agreed) return
    event.preventDefault()
    submitter = event.submitter
    dialog.returnValue = ""
    dialog.showModal()
  }
  const answer = () => {
    if (dialog.returnValue !== "confirm") return
    agreed = true
    form.requestSubmit(submitter)
    agreed = false
  }

  form.addEventListener("submit", ask)
  dialog.addEventListener("close", answer)
  return () => {
    form.removeEventListener("submit", ask)
    dialog.removeEventListener("close", answer)
  }
}
