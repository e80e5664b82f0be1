// Sends a filter form as soon as a choice changes. Without it, its button does the same.
export default function filters(form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
}
