// Changes the theme at once, and lets the form keep the choice in the background.
export default function theme(form) {
  const button = form.querySelector("button");

  function offer(next) {
    button.value = next;
    button.querySelector("use").setAttribute("href", next === "dark" ? "#i-moon" : "#i-sun");
    button.querySelector(".sr-only").textContent = form.dataset[next];
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form, button);
    document.documentElement.dataset.theme = button.value;
    offer(button.value === "dark" ? "light" : "dark");
    fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  });
  // Whoever follows a system that is dark already is offered the light theme.
  const follows = document.documentElement.dataset.theme === "system";
  if (follows && matchMedia("(prefers-color-scheme: dark)").matches) offer("light");
}
