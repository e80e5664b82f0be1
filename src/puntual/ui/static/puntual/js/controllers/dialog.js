// Closes a <dialog> by its own buttons and by a click outside it. Escape and the focus trap are the browser's.
export default function dialog(element) {
  element.addEventListener("click", (event) => {
    if (event.target === element || event.target.closest("[data-close]")) element.close();
  });
}
