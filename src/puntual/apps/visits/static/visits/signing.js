// A finger or a mouse draws on the canvas; form.signature() gives the picture, or null if nobody signed.
export function signing(form) {
  const canvas = form.querySelector("canvas.signature");
  const pen = canvas.getContext("2d");
  let drawing = false;
  let signed = false;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  pen.lineWidth = 3;
  pen.lineCap = "round";
  canvas.addEventListener("pointerdown", (event) => {
    drawing = signed = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => (drawing = false));
  form.querySelector("[data-clear]").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    signed = false;
  });
  form.signature = () => (signed ? new Promise((done) => canvas.toBlob(done, "image/png")) : Promise.resolve(null));
}
