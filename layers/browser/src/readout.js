/* Position under the pointer in WGS 84 and on the plan's grid. */

import { panel } from "./panel.js";
import { toGrid } from "./projection.js";

/** @import { LatLng, Map } from "leaflet" */

/**
 * @param {Map} map
 * @param {string} definition of the grid
 * @param {() => string} name of the grid
 */
export function addReadout(map, definition, name) {
  const box = panel(map, "bottomright", "pm-readout");
  box.setAttribute("role", "status");
  /** @param {LatLng} at */
  const show = (at) => {
    const [east, north] = toGrid(definition, at.lng, at.lat);
    const longitude = Math.abs(at.lng).toFixed(5) + (at.lng < 0 ? "°W " : "°E ");
    const latitude = Math.abs(at.lat).toFixed(5) + (at.lat < 0 ? "°S" : "°N");
    box.textContent = "WGS 84 " + longitude + latitude + " · " + name() + " E " + east.toFixed(0) + " N " + north.toFixed(0) + " m";
  };
  map.on("mousemove", (event) => show(event.latlng));
  map.on("moveend", () => show(map.getCenter()));
  show(map.getCenter());
}
