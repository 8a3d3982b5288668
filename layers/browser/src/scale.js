/* How large the ground is on the screen. */

const EQUATOR_M = 40075016.686;
const STEPS = [50, 100, 200, 500, 1000, 2000];
const LEAST_APART = 110; // px

/**
 * @param {number} zoom
 * @param {number} latitude
 */
export function metresPerPixel(zoom, latitude) {
  return (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / (256 * 2 ** zoom);
}

/**
 * The distance in metres between lines of the grid, or null where they would be a mesh.
 *
 * @param {number} zoom
 * @param {number} latitude
 */
export function gridStep(zoom, latitude) {
  if (zoom < 12.5) return null;
  return STEPS.find((step) => step / metresPerPixel(zoom, latitude) >= LEAST_APART) || null;
}
