// Ticks of a list: the heading's tick marks the page, the bar shows how many and offers what can be done with them.
export default function selection(form) {
  const all = form.querySelector("[data-select-page]");
  const bar = form.querySelector(".bulk");
  if (!all || !bar) return; // an empty list has nothing to tick
  const boxes = () => [...form.querySelectorAll("input[name=sel]")];

  function show() {
    const ticked = boxes().filter((box) => box.checked);
    for (const box of boxes()) box.closest("tr").toggleAttribute("data-selected", box.checked);
    all.checked = ticked.length > 0 && ticked.length === boxes().length;
    all.indeterminate = ticked.length > 0 && !all.checked;
    bar.hidden = ticked.length === 0;
    for (const place of bar.querySelectorAll("[data-count]")) place.textContent = ticked.length;
    const whole = bar.querySelector("[data-whole]");
    if (whole) whole.hidden = !all.checked;
    const matching = bar.querySelector("input[name=todas]");
    if (matching && !all.checked) matching.checked = false;
  }
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", (event) => event.target.name === "sel" && show());
  show();
}
