/* The map's frame: it stands in the page before Streamlit is up, and moves into its place without being loaded anew. */

/** @import { Component } from "../component" */

/** @typedef {{ title: string, args: { session: string } }} Data `args` are what `arguments` of layers/browser/payload.py gives */

const NAME = "planmap-map";

/** @type {(chosen: unknown) => void} */
let send = () => {};

/** @type {(step: { count: number, query: string }) => void} */
let go = () => {};

/** @type {(near: unknown) => void} */
let ask = () => {};

/** @type {Data["args"] | null} */
let latest = null;

/** Steps through the browser's history since the session began. */
let steps = 0;

// Where Esc closes what lies over the page.
const OWN_ESCAPE = "select, [role=combobox], [role=listbox], [role=dialog], [data-baseweb=popover]";
const OVER_THE_PAGE = "[role=dialog], [data-baseweb=popover]";

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
  if (event.data?.type === "planmap:near") ask(event.data.near);
});

// Before Streamlit hears of it: that would run the script once more, and knows nothing of what the address says.
window.addEventListener("popstate", (event) => {
  const frame = theFrame();
  if (!frame || !latest) return;
  event.stopImmediatePropagation();
  steps += 1;
  const step = { count: steps, query: window.location.search.slice(1) };
  frame.contentWindow?.postMessage({ type: "planmap:step", ...step }, window.location.origin);
  go(step);
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !latest) return;
  if (!(event.target instanceof Element) || event.target.closest(OWN_ESCAPE) || document.querySelector(OVER_THE_PAGE)) return;
  theFrame()?.contentWindow?.postMessage({ type: "planmap:escape" }, window.location.origin);
});

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const slot = parentElement.querySelector(".pm-map-slot");
  if (!slot) return;
  const frame = theFrame() || newFrame(data.title);
  send = (chosen) => setTriggerValue("chosen", chosen);
  go = (step) => setTriggerValue("step", step);
  if (latest?.session !== data.args.session) steps = 0;
  ask = (near) => setTriggerValue("near", near);
  latest = data.args;
  frame.title = data.title;
  if (isBroken(frame)) frame.src = "/map";
  seat(frame, slot);
  document.getElementById("planmap-opening")?.remove();
  tell(frame);
}
