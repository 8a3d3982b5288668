/* The names of the roads, waters and places of the ground: all of them give way to the sites'. */

import { clipped } from "./clip.js";
import { styleOf } from "./way_look.js";
import { points } from "./ways.js";

/** @import { Map } from "leaflet" */
/** @import { Label, Named, Plan, SpotPayload, WayPayload } from "./types" */
/** @import { DrawnWay } from "./ways.js" */

// One name for about this many pixels of a long road.
const APART = 700;

/**
 * @param {DrawnWay[]} seen
 * @param {Plan} data
 * @param {Map} map
 * @param {(thing: Named) => string} written a name as the map writes it
 * @param {number} size how much larger than usual names are
 * @param {Set<string>} taken names that sites in view have
 * @returns {Label[]}
 */
export function wayLabels(seen, data, map, written, size, taken) {
  const zoom = map.getZoom();
  const look = data.style.ways;
  /** @type {globalThis.Map<string, { way: WayPayload, lines: [number, number][][] }>} */
  const named = new globalThis.Map();
  const { x, y } = map.getSize();
  const origin = map.getPixelOrigin().add(map.containerPointToLayerPoint([0, 0]));
  const scale = 2 ** zoom;
  // The higher classes come last, and a road of several is named as its highest.
  for (const { way, lines } of seen) {
    const name = written(way);
    if (!name || taken.has(name) || zoom < styleOf(look, way.kind).name_zoom + Math.log2(size)) continue;
    const entry = named.get(name) || { way, lines: [] };
    entry.way = way;
    named.set(name, entry);
    for (const line of lines) entry.lines.push(...clipped(points(line, scale, [origin.x, origin.y]), [0, 0, x, y]));
  }
  /** @type {Label[]} */
  const labels = [];
  for (const [text, { way, lines }] of named) {
    const style = styleOf(look, way.kind);
    const water = look.waterways.includes(way.kind);
    for (const path of apart(pieces(lines))) {
      labels.push({
        owner: null, text, pixels: [path], gap: 0, spacing: 1.04, size: style.name_size * size, weight: 400,
        colour: water ? data.style.waterText : data.style.groundText,
        priority: style.priority, haloOpacity: 0.95,
      });
    }
  }
  return labels;
}

/**
 * The names of waters and places, which are points.
 *
 * @param {SpotPayload[]} spots
 * @param {Plan} data
 * @param {Map} map
 * @param {(thing: Named) => string} written a name as the map writes it
 * @param {number} size
 * @param {Set<string>} taken
 * @returns {Label[]}
 */
export function spotLabels(spots, data, map, written, size, taken) {
  const zoom = map.getZoom() - Math.log2(size);
  const look = data.style.ways;
  const lowest = Math.max(...Object.values(look.waterNames));
  const bounds = map.getBounds();
  /** @type {Label[]} */
  const labels = [];
  for (const spot of spots) {
    const from = spot.rank ? look.placeNames[Math.min(spot.rank, look.placeNames.length) - 1] : look.waterNames[spot.kind] ?? lowest;
    const text = written(spot);
    if (zoom < from || !text || taken.has(text) || !bounds.contains(spot.at)) continue;
    labels.push({
      owner: null, text, at: spot.at, weight: 400, haloOpacity: 0.95,
      dot: spot.rank ? 1.6 * size : 0,
      size: (spot.rank ? look.placeSize : look.waterSize) * size,
      colour: spot.rank ? data.style.groundText : data.style.waterText,
      priority: (spot.rank ? look.placePriority : look.waterPriority) - spot.rank,
    });
  }
  return labels;
}

/**
 * The names of places in tiles.
 *
 * @param {SpotPayload[]} spots
 * @param {Plan} data
 * @param {Map} map
 * @param {(thing: Named) => string} written a name as the map writes it
 * @param {number} size
 * @param {Set<string>} taken
 * @returns {Label[]}
 */
export function placeLabels(spots, data, map, written, size, taken) {
  const zoom = map.getZoom() - Math.log2(size);
  const look = data.style.ways;
  const bounds = map.getBounds();
  /** @type {Label[]} */
  const labels = [];
  /** @type {Set<string>} */
  const said = new Set();
  for (const spot of spots) {
    const style = look.places[spot.kind];
    const text = written(spot);
    const key = spot.kind + text;
    if (!style || !text || zoom < style.zoom || taken.has(text) || said.has(key) || !bounds.contains(spot.at)) continue;
    said.add(key);
    labels.push({
      owner: null, text, at: spot.at, weight: 400, haloOpacity: 0.95,
      dot: style.dot ? 1.6 * size : 0,
      size: style.size * size,
      colour: look.waterTexts.includes(spot.kind) ? data.style.waterText : data.style.groundText,
      priority: style.priority - spot.rank / 10,
    });
  }
  return labels;
}

/**
 * Of the pieces of one name the longest ones, none nearer to another than names should repeat.
 *
 * @param {[number, number][][]} lines
 */
function apart(lines) {
  const sized = lines.map((line) => ({ line, length: lengthOf(line), middle: line[Math.floor(line.length / 2)] }));
  /** @type {typeof sized} */
  const kept = [];
  for (const one of sized.sort((a, b) => b.length - a.length)) {
    if (kept.every(({ middle }) => Math.hypot(middle[0] - one.middle[0], middle[1] - one.middle[1]) > APART / 2)) kept.push(one);
  }
  return kept.map(({ line }) => line);
}

/** @param {[number, number][]} line */
function lengthOf(line) {
  let length = 0;
  for (let n = 1; n < line.length; n++) length += Math.hypot(line[n][0] - line[n - 1][0], line[n][1] - line[n - 1][1]);
  return length;
}

/**
 * Long lines in pieces that each take a name.
 *
 * @param {[number, number][][]} lines in pixels
 */
export function pieces(lines) {
  const found = [];
  for (const line of lines) {
    /** @type {[number, number][]} */
    let piece = [];
    let length = 0;
    for (const [n, point] of line.entries()) {
      piece.push(point);
      if (n) length += Math.hypot(point[0] - line[n - 1][0], point[1] - line[n - 1][1]);
      if (length > APART) {
        found.push(piece);
        piece = [point];
        length = 0;
      }
    }
    if (piece.length > 1) found.push(piece);
  }
  return found;
}
