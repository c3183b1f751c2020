// <form data-module="access/role">: the button to change a role appears once another one is chosen.
export function mount(form) {
  const choice = form.querySelector("select")
  const button = form.querySelector("button")
  const given = choice.value

  const update = () => {
    button.hidden = choice.value === given
  }
  choice.addEventListener("change", update)
  update()
  return () => {
    choice.removeEventListener("change", update)
    button.hidden = false
  }
}
