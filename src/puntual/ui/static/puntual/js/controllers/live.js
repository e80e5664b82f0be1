// Replaces what is inside with what the server tells, as it tells it; a table being read or a link in focus waits.
export default (element) => {
  if (!window.EventSource) return;
  const source = new EventSource(element.dataset.url);
  let told = null;
  const show = () => {
    if (told === null || element.contains(document.activeElement)) return;
    element.innerHTML = told;
    told = null;
  };
  source.addEventListener(element.dataset.event, (event) => {
    told = event.data;
    show();
  });
  element.addEventListener("focusout", () => setTimeout(show));
  window.addEventListener("pagehide", () => source.close(), { once: true });
};
