// Tells the server that somebody is still at the desk; shows the notice inside when the hold was lost.
export default function heartbeat(element) {
  const every = Number(element.dataset.every || 60) * 1000;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const timer = setInterval(async () => {
    const answer = await fetch(element.dataset.url, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
    if (answer?.status !== 409) return;
    clearInterval(timer);
    element.querySelector("[data-lost]")?.removeAttribute("hidden");
  }, every);
}
