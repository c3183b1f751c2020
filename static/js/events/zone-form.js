// <form data-module="events/zone-form">: shows only the fields of the chosen kind. [data-kind] names the kind a part belongs
// to, [data-made-here] a part that a category of the seating plan replaces. Without script all are there, and the server
// takes those of the kind.
export function mount(form) {
  const parts = [...form.querySelectorAll("[data-kind]")]

  const show = () => {
    const kind = form.elements.kind.value
    const fromPlan = Boolean(form.elements.plan_category?.value)
    for (const part of parts) {
      part.hidden = part.dataset.kind !== kind || (fromPlan && "madeHere" in part.dataset)
    }
  }

  form.addEventListener("change", show)
  show()
  return () => form.removeEventListener("change", show)
}
