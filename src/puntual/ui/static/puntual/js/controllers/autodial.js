// The call was allowed and counted: hand the number to the telephone of this computer, once, when the page is whole.
export default function autodial(link) {
  if (!link.href.startsWith("tel:") && !link.href.startsWith("sip:")) return;
  const dial = () => setTimeout(() => link.click(), 0);
  if (document.readyState === "complete") dial();
  else window.addEventListener("load", dial, { once: true });
}
