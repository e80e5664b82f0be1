// Changes the theme at once, and lets the form keep the choice in the background.
export default function theme(form) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.value) return;
    event.preventDefault();
    const data = new FormData(form, button);
    document.documentElement.dataset.theme = button.value;
    const next = button.value === "dark" ? "light" : "dark";
    button.value = next;
    button.querySelector("use").setAttribute("href", next === "dark" ? "#i-moon" : "#i-sun");
    button.querySelector(".sr-only").textContent = form.dataset[next];
    fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  });
}
