// The round on a phone: what is noted waits in the phone until there is signal, and is sent once.
import { pending, keep, drop } from "./store.js";
import { signing } from "./signing.js";

const band = document.getElementById("senal");
const say = (text, tone = "") => {
  band.hidden = !text;
  band.textContent = text;
  band.className = `notice ${tone}`;
};

const where = () =>
  new Promise((done) => {
    if (!navigator.geolocation) return done(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done(coords),
      () => done(null),
      { enableHighAccuracy: true, timeout: 4000, maximumAge: 60000 },
    );
  });

async function deliver({ url, fields }) {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (value instanceof Blob) form.append(name, value, value.name || `${name}.png`);
    else form.append(name, value);
  }
  const answer = await fetch(url, { method: "POST", body: form, headers: { Accept: "application/json" } });
  const told = await answer.json().catch(() => ({ saved: false, error: "La sesión terminó: entre de nuevo." }));
  return { ok: answer.ok, ...told };
}

let flushing = false;
async function flush() {
  if (flushing) return;
  flushing = true;
  try {
    for (const one of await pending()) {
      const told = await deliver(one);
      if (told.ok || told.error) await drop(one.id);
      mark(one.url, told.ok ? "Enviada." : told.error);
    }
    const left = (await pending()).length;
    say(left ? `${left} por enviar.` : "", left ? "warn" : "");
  } catch {
    const left = (await pending()).length;
    if (left) say(`Sin señal: ${left} guardadas en este teléfono; se enviarán solas.`, "warn");
  } finally {
    flushing = false;
  }
}

function mark(url, text) {
  const form = document.querySelector(`form.visit[action="${url}"]`);
  if (form) form.querySelector("[data-status]").textContent = text;
}

async function noted(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const status = form.querySelector("[data-status]");
  const button = form.querySelector("button.primary");
  button.disabled = true;
  status.textContent = "Guardando...";
  const fields = [...new FormData(form)].filter(([, value]) => !(value instanceof File) || value.size);
  fields.push(["happened_at", new Date().toISOString()]);
  const place = await where();
  if (place) fields.push(["lat", place.latitude], ["lon", place.longitude], ["accuracy", place.accuracy]);
  const drawn = await form.signature();
  if (drawn) fields.push(["signature", drawn]);
  await keep({ url: form.getAttribute("action"), fields });
  status.textContent = "Guardada en el teléfono; se enviará al haber señal.";
  await flush();
}

for (const form of document.querySelectorAll("form.visit")) {
  signing(form);
  form.addEventListener("submit", noted);
}
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/visitas/sw.js", { scope: "/visitas/" });
window.addEventListener("online", flush);
setInterval(flush, 30000);
flush();
