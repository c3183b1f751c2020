// Buttons [data-theme-choice="light|dark|system"] inside the element; the choice stays in this browser.
export function mount(element) {
  const buttons = [...element.querySelectorAll("[data-theme-choice]")]

  const show = () => {
    const chosen = document.documentElement.dataset.theme ?? "system"
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen))
  }
  const choose = (event) => {
    const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice
    if (!choice) return
    try {
      if (choice === "system") localStorage.removeItem("theme")
      else localStorage.setItem("theme", choice)
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    if (choice === "system") delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = choice
    document.dispatchEvent(new CustomEvent("theme:changed"))
    show()
  }

  element.addEventListener("click", choose)
  document.addEventListener("theme:changed", show)
  show()
  return () => {
    element.removeEventListener("click", choose)
    document.removeEventListener("theme:changed", show)
  }
}
