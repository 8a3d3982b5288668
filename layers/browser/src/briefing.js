/* The briefing: a deck as one document that walks through its views on one live map. */

import "leaflet/dist/leaflet.css";
import "./browse.css";
import "./briefing.css";
import "./room.css";

import * as L from "leaflet";
import { Presentation } from "./presentation.js";

/** @import { BriefingPlan } from "./types" */

// The one bridge to Folium, whose script in the document makes the map with `L` and then calls `PlanMap.present`; see
// layers/browser/document.py. `briefing` is for tests and for whoever looks into a file that is shown.
window.L = L;
/** @type {{ present: typeof present, briefing: Presentation | null }} */
const bridge = { present, briefing: null };
window.PlanMap = bridge;

/**
 * @param {L.Map} map
 * @param {BriefingPlan} data
 */
function present(map, data) {
  bridge.briefing = new Presentation(map, data);
}
