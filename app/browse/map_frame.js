/* The map's frame: it stands in the page before Streamlit is up, and moves into its place without being loaded anew. */

/** @import { Component } from "../component" */

/** @typedef {{ title: string, args: object }} Data `args` are what `arguments` of layers/browser/payload.py gives */

const NAME = "planmap-map";

/** @type {(chosen: unknown) => void} */
let send = () => {};

/** @type {object | null} */
let latest = null;

function theFrame() {
  const found = document.getElementById(NAME);
  return found instanceof HTMLIFrameElement ? found : null;
}

/** @param {HTMLIFrameElement} frame */
function tell(frame) {
  frame.contentWindow?.postMessage({ type: "planmap:scene", args: latest }, window.location.origin);
}

/** @param {string} title */
function newFrame(title) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { id: NAME, src: "/map", title });
  return frame;
}

/**
 * Whether a word on why there is no map has come in its place, as it does in an outage.
 *
 * @param {HTMLIFrameElement} frame
 */
function isBroken(frame) {
  const there = frame.contentDocument;
  return there?.readyState === "complete" && there.URL.endsWith("/map") && !there.querySelector(".leaflet-container");
}

/**
 * Put the frame into its slot. A browser without moveBefore loads it once more, from its cache.
 *
 * @param {HTMLIFrameElement} frame
 * @param {Element} slot
 */
function seat(frame, slot) {
  if (frame.parentNode === slot) return;
  if (frame.isConnected && slot.moveBefore) slot.moveBefore(frame, null);
  else slot.append(frame);
}

window.addEventListener("message", (event) => {
  const frame = theFrame();
  if (!frame || event.source !== frame.contentWindow || event.origin !== window.location.origin) return;
  // A document that has just come knows nothing yet of what was sent to the one before it.
  if (event.data?.type === "planmap:ready" && latest) tell(frame);
  if (event.data?.type === "planmap:select") send(event.data.chosen);
});

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const slot = parentElement.querySelector(".pm-map-slot");
  if (!slot) return;
  const frame = theFrame() || newFrame(data.title);
  send = (chosen) => setTriggerValue("chosen", chosen);
  latest = data.args;
  frame.title = data.title;
  if (isBroken(frame)) frame.src = "/map";
  seat(frame, slot);
  document.getElementById("planmap-opening")?.remove();
  tell(frame);
}
