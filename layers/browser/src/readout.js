/* Position under the pointer in WGS 84 and on the CGCS2000 grid. */

import { panel } from "./panel.js";
import { toGrid } from "./projection.js";

/** @import { LatLng, Map } from "leaflet" */

/**
 * @param {Map} map
 * @param {string} definition of the grid
 */
export function addReadout(map, definition) {
  const box = panel(map, "bottomright", "pm-readout");
  box.setAttribute("role", "status");
  /** @param {LatLng} at */
  const show = (at) => {
    const [east, north] = toGrid(definition, at.lng, at.lat);
    const degrees = at.lng.toFixed(5) + "°E " + at.lat.toFixed(5) + "°N";
    box.textContent = "WGS 84 " + degrees + " · CGCS2000 E " + east.toFixed(0) + " N " + north.toFixed(0) + " m";
  };
  map.on("mousemove", (event) => show(event.latlng));
  map.on("moveend", () => show(map.getCenter()));
  show(map.getCenter());
}
