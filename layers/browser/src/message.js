/* A line of text over the map that goes away by itself. */

import * as L from "leaflet";

const SHOWN_MS = 8000;

/** @type {WeakMap<HTMLElement, number>} */
const timers = new WeakMap();

/**
 * @param {L.Map} map
 * @param {string} words
 */
export function showMessage(map, words) {
  const host = map.getContainer();
  let box = /** @type {HTMLElement | null} */ (host.querySelector(".pm-message"));
  if (!box) {
    box = L.DomUtil.create("div", "pm-message", host);
    box.setAttribute("role", "alert");
  }
  const shown = box;
  shown.textContent = words;
  shown.hidden = false;
  clearTimeout(timers.get(shown));
  timers.set(shown, window.setTimeout(() => { shown.hidden = true; }, SHOWN_MS));
}

/** @param {L.Map} map */
export function hideMessage(map) {
  const box = map.getContainer().querySelector(".pm-message");
  if (box instanceof HTMLElement) box.hidden = true;
}
