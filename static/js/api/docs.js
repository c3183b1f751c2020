// <div data-module="api/docs" data-document="…">: the viewer (window.SwaggerUIBundle, a deferred script of the
// page). Who is signed in to the pages may try routes by that session; others paste a token under "Authorize".
export function mount(element) {
  const show = () => {
    const place = document.createElement("div")
    place.id = "api-document"
    element.append(place)
    window.SwaggerUIBundle({
      url: element.dataset.document,
      dom_id: `#${place.id}`,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      tryItOutEnabled: true,
      requestInterceptor: (request) => {
        request.headers["X-CSRF-Token"] = document.documentElement.dataset.csrf
        return request
      },
    })
  }

  if (window.SwaggerUIBundle) show()
  else document.querySelector("script[defer][src*='swagger-ui']").addEventListener("load", show, { once: true })
  return () => element.replaceChildren()
}
