// Copies the field beside the button. Without it, or where the browser forbids it, the field is selected by hand.
export default function copy(element) {
  const field = element.querySelector("input");
  const button = element.querySelector("button");
  field.addEventListener("focus", () => field.select());
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    element.querySelector("[role=status]").textContent = button.dataset.done;
  });
}
