/* How large the ground is on the screen. */

const EQUATOR_M = 40075016.686;

/**
 * @param {number} zoom
 * @param {number} latitude
 */
export function metresPerPixel(zoom, latitude) {
  return (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / (256 * 2 ** zoom);
}
