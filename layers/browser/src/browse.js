/* The browse page: one map that stands, and a Scene that is applied to it again and again. */

import "leaflet/dist/leaflet.css";
import "leaflet.fullscreen/dist/Control.FullScreen.css";
import "./browse.css";

import * as L from "leaflet";
import { BrowsePage } from "./browse_page.js";
import { Gcj02TileLayer } from "./gcj02_tiles.js";

/** @import { BrowsePlan } from "./types" */

// The one bridge to Folium, whose script in the document makes the map with `L` and then calls `PlanMap.start`; see
// layers/browser/document.py. `current` is for tests and for whoever looks into a page that runs.
window.L = L;
/** @type {{ start: typeof start, Gcj02TileLayer: typeof Gcj02TileLayer, current: BrowsePage | null }} */
const bridge = { start, Gcj02TileLayer, current: null };
window.PlanMap = bridge;

/**
 * @param {L.Map} map
 * @param {BrowsePlan} data
 * @param {Record<string, L.TileLayer[]>} online the layers of each online basemap, the lowest first
 */
function start(map, data, online) {
  bridge.current = new BrowsePage(map, data, online);
}
