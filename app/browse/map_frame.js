/* The map's frame: it stands in the page before Streamlit is up, and moves into its place without being loaded anew. */

const NAME = "planmap-map";
let send = () => {};
let latest = null;

function tell(frame) {
  frame.contentWindow.postMessage({ type: "planmap:scene", args: latest }, window.location.origin);
}

function newFrame(title) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { id: NAME, src: "/map", title });
  return frame;
}

/** Put the frame into its slot. A browser without moveBefore loads it once more, from its cache. */
function seat(frame, slot) {
  if (frame.parentNode === slot) return;
  if (frame.isConnected && slot.moveBefore) slot.moveBefore(frame, null);
  else slot.append(frame);
}

window.addEventListener("message", (event) => {
  const frame = document.getElementById(NAME);
  if (!frame || event.source !== frame.contentWindow || event.origin !== window.location.origin) return;
  // A document that has just come knows nothing yet of what was sent to the one before it.
  if (event.data?.type === "planmap:ready" && latest) tell(frame);
  if (event.data?.type === "planmap:select") send(event.data.chosen);
});

export default function ({ parentElement, data, setTriggerValue }) {
  const slot = parentElement.querySelector(".pm-map-slot");
  const frame = document.getElementById(NAME) || newFrame(data.title);
  send = (chosen) => setTriggerValue("chosen", chosen);
  latest = data.args;
  frame.title = data.title;
  seat(frame, slot);
  document.getElementById("planmap-opening")?.remove();
  tell(frame);
}
