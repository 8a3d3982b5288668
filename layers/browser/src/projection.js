/* Positions on the plan's grid, in metres east and north. */

import proj4 from "proj4/lib/core";
import Proj from "proj4/lib/Proj";
import transverseMercator from "proj4/lib/projections/etmerc";
import lambert from "proj4/lib/projections/lcc";

// Those that a grid may have: with all that proj4 has, the bundle would be a quarter larger.
Proj.projections.add(transverseMercator);
Proj.projections.add(lambert);

/**
 * Return [easting, northing] in metres on the grid of `definition`, a PROJ string.
 *
 * @param {string} definition
 * @param {number} longitude
 * @param {number} latitude
 * @returns {[easting: number, northing: number]}
 */
export function toGrid(definition, longitude, latitude) {
  const [easting, northing] = proj4(definition, [longitude, latitude]);
  return [easting, northing];
}

/**
 * @param {string} definition
 * @param {number} easting
 * @param {number} northing
 * @returns {[longitude: number, latitude: number]}
 */
export function fromGrid(definition, easting, northing) {
  const [longitude, latitude] = proj4(definition).inverse([easting, northing]);
  return [longitude, latitude];
}
