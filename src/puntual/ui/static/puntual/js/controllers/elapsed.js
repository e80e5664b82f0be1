// Minutes and seconds since an instant, for whoever wants to know how long this takes.
export default function elapsed(element) {
  const since = Date.parse(element.dataset.since);
  const tell = () => {
    const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
    element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  tell();
  setInterval(tell, 1000);
}
