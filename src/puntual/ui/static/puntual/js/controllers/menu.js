// The rail on a narrow screen. Without it the link's :target opens the same rail.
export default function menu(button) {
  const rail = document.getElementById(button.getAttribute("aria-controls"));
  const set = (open) => {
    rail.toggleAttribute("data-open", open);
    button.setAttribute("aria-expanded", String(open));
    (open ? rail.querySelector("a, button") : button).focus();
  };
  button.setAttribute("role", "button");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    set(!rail.hasAttribute("data-open"));
  });
  rail.addEventListener("click", (event) => {
    if (event.target.closest(".close")) {
      event.preventDefault();
      set(false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && rail.hasAttribute("data-open")) set(false);
  });
}
