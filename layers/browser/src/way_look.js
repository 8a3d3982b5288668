/* How ways look at a zoom: widths between stops, and what a legend sums up. The other half is layers/ground/look.py. */

/** @import { WayLook, WayStyle } from "./types" */

/**
 * The width in pixels at a zoom: linear between the stops, 0 before the first, the last after it.
 *
 * @param {[zoom: number, width: number][]} stops
 * @param {number} zoom
 */
export function widthAt(stops, zoom) {
  if (zoom < stops[0][0]) return 0;
  const after = stops.findIndex(([stop]) => stop > zoom);
  if (after < 0) return stops[stops.length - 1][1];
  const [[low, thin], [high, thick]] = [stops[after - 1], stops[after]];
  return thin + ((thick - thin) * (zoom - low)) / (high - low);
}

/**
 * @param {WayLook} look
 * @param {string} kind
 * @returns {WayStyle}
 */
export function styleOf(look, kind) {
  for (const group of look.groups) if (group[kind]) return group[kind];
  throw new Error("no look for " + kind);
}
