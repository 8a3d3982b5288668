/* A bare page with a layer of tiles, for tests and benchmarks: what it is to show stands in window.setup. */

import "leaflet/dist/leaflet.css";
import * as L from "leaflet";
import { OwnTiles } from "../../layers/browser/src/own_tiles.js";

const { source, kind, colours, centre, zoom } = window.setup;
const map = L.map("map", { zoomSnap: 0, zoomAnimation: false, fadeAnimation: false, inertia: false }).setView(centre, zoom);

/** What has been told, the last at the end, each with the time. */
const told = [];
const layer = new OwnTiles(source, {
  kind,
  pane: "own-layer",
  order: 300,
  look: (category, of) => of === "line"
    ? { stroke: colours[category], width: 2 }
    : { fill: colours[category], stroke: of === "point" ? "#ffffff" : colours[category], fillOpacity: 0.7, strokeOpacity: 0.7, radius: 3 },
  told: (inView) => told.push({ ...inView, complete: layer.tiles.complete, at: performance.now() }),
});
layer.addTo(map);

/** How many dots of the canvas are painted. */
function painted() {
  const canvas = document.querySelector("canvas.pm-own-tiles");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let n = 3; n < data.length; n += 4) count += data[n] > 0 ? 1 : 0;
  return count;
}

Object.assign(window, { map, layer, told, painted });
