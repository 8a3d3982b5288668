/* Lengths and areas on the CGCS2000 ellipsoid. */

import geodesic from "geographiclib-geodesic";

/** @import { LatLng } from "leaflet" */

const CGCS2000 = new geodesic.Geodesic.Geodesic(6378137, 1 / 298.257222101);

/**
 * Geodesic length in metres of a line.
 *
 * @param {Pick<LatLng, "lat" | "lng">[]} points
 */
export function length(points) {
  let metres = 0;
  for (let i = 1; i < points.length; i++) {
    metres += CGCS2000.Inverse(points[i - 1].lat, points[i - 1].lng, points[i].lat, points[i].lng).s12 ?? 0;
  }
  return metres;
}

/**
 * Geodesic area in square metres of a ring.
 *
 * @param {Pick<LatLng, "lat" | "lng">[]} points
 */
export function area(points) {
  const polygon = CGCS2000.Polygon(false);
  points.forEach((point) => polygon.AddPoint(point.lat, point.lng));
  return Math.abs(polygon.Compute(false, true).area ?? 0);
}
