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
