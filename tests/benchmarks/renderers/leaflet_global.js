/* protomaps-leaflet takes Leaflet from the window. */

import * as L from "leaflet";

window.L = L;
