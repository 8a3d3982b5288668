/* The GCJ-02 and BD-09 shifts. The same formulas as geo/datum.py, which names their sources; shared cases hold the two together. */

const AXIS = 6378245.0;
const ECCENTRICITY2 = 0.006693421622965943;

/**
 * @param {number} x
 * @param {number} y
 */
function offset(x, y) {
  const pi = Math.PI;
  const common = ((20 * Math.sin(6 * x * pi) + 20 * Math.sin(2 * x * pi)) * 2) / 3;
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common;
  north += ((20 * Math.sin(y * pi) + 40 * Math.sin((y / 3) * pi)) * 2) / 3;
  north += ((160 * Math.sin((y / 12) * pi) + 320 * Math.sin((y * pi) / 30)) * 2) / 3;
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common;
  east += ((20 * Math.sin(x * pi) + 40 * Math.sin((x / 3) * pi)) * 2) / 3;
  east += ((150 * Math.sin((x / 12) * pi) + 300 * Math.sin((x / 30) * pi)) * 2) / 3;
  return [north, east];
}

/**
 * Shift a WGS 84 position in degrees to GCJ-02.
 *
 * @param {number} longitude
 * @param {number} latitude
 * @returns {[longitude: number, latitude: number]}
 */
export function toGcj02(longitude, latitude) {
  const [north, east] = offset(longitude - 105, latitude - 35);
  const phi = (latitude / 180) * Math.PI;
  const w = 1 - ECCENTRICITY2 * Math.sin(phi) ** 2;
  const meridian = (AXIS * (1 - ECCENTRICITY2)) / (w * Math.sqrt(w));
  const parallel = (AXIS / Math.sqrt(w)) * Math.cos(phi);
  return [longitude + (east * 180) / (parallel * Math.PI), latitude + (north * 180) / (meridian * Math.PI)];
}

/**
 * Shift a GCJ-02 position in degrees to BD-09.
 *
 * @param {number} longitude
 * @param {number} latitude
 * @returns {[longitude: number, latitude: number]}
 */
export function toBd09(longitude, latitude) {
  const wave = (Math.PI * 3000) / 180;
  const radius = Math.hypot(longitude, latitude) + 0.00002 * Math.sin(latitude * wave);
  const angle = Math.atan2(latitude, longitude) + 0.000003 * Math.cos(longitude * wave);
  return [radius * Math.cos(angle) + 0.0065, radius * Math.sin(angle) + 0.006];
}
