/* Leaflet's panes: what lies over what. */

/** @import { Map } from "leaflet" */

/**
 * The pane `name`, at its place in the order.
 *
 * @param {Map} map
 * @param {string} name
 * @param {number} order
 */
export function pane(map, name, order) {
  const found = map.getPane(name) || map.createPane(name);
  found.style.zIndex = String(order);
  return found;
}
