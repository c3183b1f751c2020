// Takes the focus when it appears: the summary of a refused form, the first field of a lonely task.
export function mount(element) {
  element.focus({ preventScroll: false })
}
