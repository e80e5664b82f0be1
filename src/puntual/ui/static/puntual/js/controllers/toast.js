// A notice goes away when asked, or by itself after a while when it offers nothing to undo and nobody is on it.
const LASTS_MS = 9000;

export default function toast(element) {
  const close = () => element.remove();
  element.querySelector("[data-close]")?.addEventListener("click", close);
  if (element.querySelector("form") || element.classList.contains("error")) return;
  let timer = setTimeout(close, LASTS_MS);
  const hold = () => clearTimeout(timer);
  const release = () => (timer = setTimeout(close, LASTS_MS));
  element.addEventListener("pointerenter", hold);
  element.addEventListener("focusin", hold);
  element.addEventListener("pointerleave", release);
  element.addEventListener("focusout", release);
}
