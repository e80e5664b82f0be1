// Tabs that only show: arrows move between them, as the ARIA pattern asks. Without it every panel is visible.
export default function tabs(element) {
  const buttons = [...element.querySelectorAll("[role=tab]")];
  const panel = (button) => document.getElementById(button.getAttribute("aria-controls"));

  function show(button) {
    for (const other of buttons) {
      const on = other === button;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      panel(other).hidden = !on;
    }
  }
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[role=tab]");
    if (button) show(button);
  });
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
    next.focus();
    show(next);
  });
  show(buttons.find((button) => button.getAttribute("aria-selected") === "true") ?? buttons[0]);
}
