/* The lines of the ground in view, as positions: roads, rails, waters and the edges of areas. */

/** @import * as Leaflet from "leaflet" */
/** @import { Ways } from "./ways.js" */

const WORLD = 256;

/** So many corners are looked at with each move of the pointer in a few milliseconds. */
const MOST_CORNERS = 20_000;

/**
 * @param {Pick<Ways, "seen" | "areas">} ways
 * @param {Leaflet.Map} map
 * @returns {Leaflet.LatLngTuple[][]} lines that reach into the map's view; fewer where there are too many
 */
export function linesWithin({ seen, areas }, map) {
  const view = map.getBounds();
  const [west, east] = [across(view.getWest()), across(view.getEast())];
  const [north, south] = [down(view.getNorth()), down(view.getSouth())];
  /** @type {Leaflet.LatLngTuple[][]} */
  const found = [];
  let corners = 0;
  for (const { lines, box } of [...seen, ...areas]) {
    if (box[0] > east || box[2] < west || box[1] > south || box[3] < north) continue;
    for (const line of lines) {
      if (corners > MOST_CORNERS) return found;
      corners += line.length / 2;
      found.push(positions(line));
    }
  }
  return found;
}

/** @param {number} longitude in degrees; the result is in pixels of the world at zoom 0 */
function across(longitude) {
  return WORLD * (longitude / 360 + 0.5);
}

/** @param {number} latitude in degrees, Web Mercator */
function down(latitude) {
  const sine = Math.sin(latitude * (Math.PI / 180));
  return WORLD * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
}

/** @param {Float64Array} line x and y of each corner in turn, in pixels of the world at zoom 0 */
function positions(line) {
  /** @type {Leaflet.LatLngTuple[]} */
  const found = [];
  for (let n = 0; n < line.length; n += 2) {
    const latitude = (2 * Math.atan(Math.exp(Math.PI * (1 - (2 * line[n + 1]) / WORLD))) - Math.PI / 2) * (180 / Math.PI);
    found.push([latitude, (line[n] / WORLD - 0.5) * 360]);
  }
  return found;
}
