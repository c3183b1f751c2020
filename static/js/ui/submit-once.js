// <form data-module="ui/submit-once">: a second click while the first is on its way sends nothing, and the button shows it.
export function mount(form) {
  const sending = () => form.querySelectorAll("[aria-busy='true']")

  const onSubmit = (event) => {
    if (sending().length) return event.preventDefault()
    if (!event.defaultPrevented) event.submitter?.setAttribute("aria-busy", "true")
  }
  const onReturn = () => sending().forEach((button) => button.removeAttribute("aria-busy"))

  form.addEventListener("submit", onSubmit)
  window.addEventListener("pageshow", onReturn) // back from the next page, out of the browser's cache
  return () => {
    form.removeEventListener("submit", onSubmit)
    window.removeEventListener("pageshow", onReturn)
  }
}
