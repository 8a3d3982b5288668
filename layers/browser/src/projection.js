/* Positions on the CGCS2000 grid, in metres east and north. */

import proj4 from "proj4/lib/core";
import Proj from "proj4/lib/Proj";
import transverseMercator from "proj4/lib/projections/etmerc";

// The one that the grid needs: with all that proj4 has, the bundle would be a quarter larger.
Proj.projections.add(transverseMercator);

/**
 * Return [easting, northing] in metres on the grid of `definition`, CGCS2000 / 3-degree Gauss-Kruger 117°E.
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
