// Attaches each behaviour named in data-controller="a b" to its element, now and in whatever htmx brings later.
import autodial from "./controllers/autodial.js";
import composer from "./controllers/composer.js";
import copy from "./controllers/copy.js";
import dialog from "./controllers/dialog.js";
import elapsed from "./controllers/elapsed.js";
import filters from "./controllers/filters.js";
import heartbeat from "./controllers/heartbeat.js";
import live from "./controllers/live.js";
import menu from "./controllers/menu.js";
import palette from "./controllers/palette.js";
import selection from "./controllers/selection.js";
import shortcuts from "./controllers/shortcuts.js";
import tabs from "./controllers/tabs.js";
import theme from "./controllers/theme.js";
import toast from "./controllers/toast.js";

const controllers = { autodial, composer, copy, dialog, elapsed, filters, heartbeat, live, menu, palette, selection, shortcuts, tabs, theme, toast };
const attached = new WeakMap();

function attach(root) {
  const elements = [root, ...root.querySelectorAll("[data-controller]")].filter((e) => e.dataset?.controller);
  for (const element of elements) {
    const done = attached.get(element) ?? new Set();
    attached.set(element, done);
    for (const name of element.dataset.controller.split(/\s+/)) {
      if (done.has(name) || !controllers[name]) continue;
      done.add(name);
      try {
        controllers[name](element);
      } catch (error) {
        reportError(error); // one behaviour that fails takes no other with it
      }
    }
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
});
document.addEventListener("htmx:load", (event) => attach(event.detail.elt));
attach(document.body);
document.documentElement.dataset.ready = "yes";
