// Replaces what is inside with what the server tells, as it tells it; a table being read or a link in focus waits.
export default (element) => {
  if (!window.EventSource) return;
  const source = new EventSource(element.dataset.url);
  source.addEventListener(element.dataset.event, (event) => {
    if (element.contains(document.activeElement)) return;
    element.innerHTML = event.data;
  });
  window.addEventListener("pagehide", () => source.close(), { once: true });
};
