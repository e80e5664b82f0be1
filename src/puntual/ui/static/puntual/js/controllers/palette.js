// Ctrl K: a dialog with a combobox whose options the server sends. Arrows choose, Enter goes.
export default function palette(dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const options = () => [...list.querySelectorAll("a[role=option]")];

  function choose(index) {
    const all = options();
    if (!all.length) return input.removeAttribute("aria-activedescendant");
    const next = (index + all.length) % all.length;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === next)));
    all[next].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[next].id);
  }
  const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
    }
  });
  new MutationObserver(() => {
    if (!dialog.open) return;
    input.value = "";
    input.focus();
    input.dispatchEvent(new Event("load-palette"));
  }).observe(dialog, { attributes: true, attributeFilter: ["open"] });

  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen() + 1);
    else if (event.key === "ArrowUp") choose(chosen() - 1);
    else if (event.key === "Enter") options()[Math.max(chosen(), 0)]?.click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("htmx:afterSwap", () => choose(0));
}
