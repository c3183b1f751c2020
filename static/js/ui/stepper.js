// <span class="stepper" data-module="ui/stepper"><button data-step="-1">…<input type="number">…<button data-step="1"></span>
export function mount(element) {
  const input = element.querySelector("input")
  const step = (event) => {
    const button = event.target.closest("[data-step]")
    if (!button) return
    if (Number(button.dataset.step) > 0) input.stepUp()
    else input.stepDown()
    input.dispatchEvent(new Event("input", { bubbles: true }))
    input.dispatchEvent(new Event("change", { bubbles: true }))
  }
  element.addEventListener("click", step)
  return () => element.removeEventListener("click", step)
}
