/* What of a geometry lies in the frame of the map: boxes are asked first, and the geometry only where they do not tell. */

import { clipped } from "./clip.js";

/** @import { Box } from "./types" */

/** @typedef {[number, number][]} Line places as longitude and latitude, in degrees */

/**
 * A geometry with what is asked at every move of the map worked out once.
 *
 * @typedef {object} Outline
 * @property {Box} box west, south, east, north
 * @property {Line} points
 * @property {Line[]} lines lines, and the rings of areas
 * @property {boolean} filled whether what lies inside the rings is seen too
 */

/**
 * @param {GeoJSON.Geometry} geometry
 * @param {boolean} filled
 * @returns {Outline}
 */
export function outlineOf(geometry, filled) {
  /** @type {Outline} */
  const found = { box: [Infinity, Infinity, -Infinity, -Infinity], points: [], lines: [], filled };
  found.filled &&= geometry.type.includes("Polygon");
  add(geometry, found);
  for (const [x, y] of [found.points, ...found.lines].flat()) {
    const [west, south, east, north] = found.box;
    found.box = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
  }
  return found;
}

/**
 * @param {GeoJSON.Geometry} geometry
 * @param {Outline} found
 */
function add(geometry, found) {
  switch (geometry.type) {
    case "Point": return void found.points.push(at(geometry.coordinates));
    case "MultiPoint": return void found.points.push(...geometry.coordinates.map(at));
    case "LineString": return void found.lines.push(geometry.coordinates.map(at));
    case "MultiLineString": case "Polygon": return void found.lines.push(...geometry.coordinates.map((line) => line.map(at)));
    case "MultiPolygon": return void found.lines.push(...geometry.coordinates.flat().map((line) => line.map(at)));
    default: for (const part of geometry.geometries) add(part, found);
  }
}

/**
 * @param {GeoJSON.Position} position
 * @returns {[number, number]}
 */
function at([longitude, latitude]) {
  return [longitude, latitude];
}

/**
 * Whether anything of it is in a frame.
 *
 * @param {Outline} outline
 * @param {Box} frame west, south, east, north in degrees
 */
export function reaches({ box, points, lines, filled }, frame) {
  if (box[0] > frame[2] || box[2] < frame[0] || box[1] > frame[3] || box[3] < frame[1]) return false;
  if (box[0] >= frame[0] && box[2] <= frame[2] && box[1] >= frame[1] && box[3] <= frame[3]) return true;
  if (points.some((point) => holds(frame, point))) return true;
  if (lines.some((line) => clipped(line, frame).length)) return true;
  return filled && surrounds(lines, [(frame[0] + frame[2]) / 2, (frame[1] + frame[3]) / 2]);
}

/**
 * Whether a place is in a frame.
 *
 * @param {Box} frame
 * @param {[number, number]} point
 */
export function holds([west, south, east, north], [x, y]) {
  return x >= west && x <= east && y >= south && y <= north;
}

/**
 * Whether rings go round a place: a ray from there crosses them an odd number of times.
 *
 * @param {Line[]} rings
 * @param {[number, number]} place
 */
export function surrounds(rings, [x, y]) {
  let inside = false;
  for (const ring of rings) {
    for (let n = 0, before = ring.length - 1; n < ring.length; before = n++) {
      const [[x1, y1], [x0, y0]] = [ring[n], ring[before]];
      if (y1 > y !== y0 > y && x < x1 + ((y - y1) / (y0 - y1)) * (x0 - x1)) inside = !inside;
    }
  }
  return inside;
}

/**
 * A frame grown by as many degrees on each side.
 *
 * @param {Box} frame
 * @param {number} across
 * @param {number} up
 * @returns {Box}
 */
export function grown([west, south, east, north], across, up) {
  return [west - across, south - up, east + across, north + up];
}
