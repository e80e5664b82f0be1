// «/» at the beginning offers the answers kept ready; arrows and Enter choose. A macro also chooses what comes after.
export default function composer(form) {
  const box = form.querySelector("textarea");
  const list = form.querySelector(".ready");
  if (!box || !list || !list.children.length) return;
  const options = [...list.children];
  let current = -1;
  const seen = () => options.filter((option) => !option.hidden);

  function mark(index) {
    const shown = seen();
    current = shown.length ? (index + shown.length) % shown.length : -1;
    for (const option of options) option.setAttribute("aria-selected", option === shown[current]);
    if (current >= 0) box.setAttribute("aria-activedescendant", shown[current].id);
    else box.removeAttribute("aria-activedescendant");
    shown[current]?.scrollIntoView({ block: "nearest" });
  }
  function close() {
    list.hidden = true;
    current = -1;
    box.removeAttribute("aria-activedescendant");
  }
  function take(option) {
    box.value = option.dataset.text;
    const then = form.querySelector("select[name=then]");
    if (then && option.dataset.then) then.value = option.dataset.then;
    close();
    box.focus();
  }
  box.addEventListener("input", () => {
    const asked = /^\/([^\n]*)$/.exec(box.value);
    if (!asked) return close();
    const words = asked[1].trim().toLowerCase();
    for (const option of options) option.hidden = !option.dataset.name.includes(words);
    list.hidden = !seen().length;
    mark(0);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(current + step);
    else if ((event.key === "Enter" || event.key === "Tab") && current >= 0) take(seen()[current]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) take(option);
  });
}
