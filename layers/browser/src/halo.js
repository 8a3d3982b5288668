/* The circle within which the true position of a site is expected. */

import * as L from "leaflet";
import { metresPerPixel } from "./scale.js";

/** @import { PlacedSite, Style } from "./types" */
/** @import { Home } from "./site_entry.js" */

/**
 * @param {PlacedSite} site
 * @param {Home} home
 * @param {Style} style
 */
export function makeHalo(site, home, style) {
  const look = { color: style.quiet, weight: 1, dashArray: style.dash[site.precision] || "5 4", fillColor: style.quiet, fillOpacity: 0.06 };
  const options = { pane: home.name, renderer: home.renderer, interactive: false, radius: site.accuracy || 0, ...look };
  return L.layerGroup(site.anchors.map((at) => L.circle(at, options)));
}

/**
 * Whether it is wider than the symbol, and so worth drawing.
 *
 * @param {PlacedSite} site
 * @param {number} zoom
 */
export function isWide(site, zoom) {
  return (site.accuracy || 0) / metresPerPixel(zoom, site.anchors[0][0]) > 20;
}
