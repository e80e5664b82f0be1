// Single keys, only outside fields and only while the person keeps them on (WCAG 2.1.4). Ctrl K is the palette's.
export default function shortcuts(body) {
  let waiting = false;
  const off = () => document.documentElement.dataset.shortcuts === "off";
  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog[open]");

  function move(step) {
    const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
    (next?.querySelector("[data-main]") ?? next?.querySelector("a[href], button"))?.focus();
  }
  // A button that shows a key answers to it: of the row where one is, or of a page about one thing.
  function marked(key) {
    const wanted = `[data-key="${CSS.escape(key)}"]`;
    const row = document.activeElement.closest("tr")?.querySelector(wanted);
    return row ?? document.querySelector(`[data-keys] ${wanted}`);
  }
  const acts = {
    "?": () => document.getElementById("atajos")?.showModal(),
    "/": () => document.querySelector("[data-filter-box]")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => document.activeElement.closest("tr")?.querySelector("input[name=sel]")?.click(),
  };

  body.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (waiting) {
      waiting = false;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
        return;
      }
    }
    if (key === "g") {
      waiting = true;
      setTimeout(() => (waiting = false), 1200);
    } else if (acts[key] || marked(key)) {
      event.preventDefault();
      acts[key] ? acts[key]() : marked(key).click();
    }
  });
}
