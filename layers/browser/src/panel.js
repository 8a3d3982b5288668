/* Boxes that stand on the map. */

import * as L from "leaflet";

const make = L.DomUtil.create;

/**
 * A box of ours among Leaflet's controls.
 *
 * @param {L.Map} map
 * @param {L.ControlPosition} position
 * @param {string} className
 * @param {(box: HTMLElement) => void} [fill]
 */
export function control(map, position, className, fill) {
  const box = make("div", className);
  const added = new L.Control({ position });
  added.onAdd = () => box;
  L.DomEvent.disableClickPropagation(box);
  fill?.(box);
  added.addTo(map);
  return box;
}

/**
 * @param {L.Map} map
 * @param {L.ControlPosition} position
 * @param {string} className
 */
export function panel(map, position, className) {
  return control(map, position, "pm-panel " + className, (box) => L.DomEvent.disableScrollPropagation(box));
}

/**
 * Make a box anew with a heading that opens and closes it.
 *
 * @param {HTMLElement} box
 * @param {string} id of what is opened
 * @param {string} words
 * @param {boolean} open unless somebody has opened or closed it
 * @returns {HTMLElement} what is opened
 */
export function folding(box, id, words, open) {
  const wanted = box.childNodes.length ? box.classList.contains("pm-open") : open;
  box.textContent = "";
  const button = make("button", "pm-heading", box);
  button.type = "button";
  button.textContent = words;
  const body = make("div", "pm-body", box);
  body.id = id;
  button.setAttribute("aria-controls", id);
  /** @param {boolean} value */
  const set = (value) => {
    box.classList.toggle("pm-open", value);
    button.setAttribute("aria-expanded", String(value));
  };
  L.DomEvent.on(button, "click", () => set(!box.classList.contains("pm-open")));
  set(wanted);
  return body;
}
