/* What the pages of all peers share: a plain Leaflet map, and the time from a move to what it shows. */

import * as L from "leaflet";

const frame = () => new Promise((done) => requestAnimationFrame(done));

export const { kinds, look, start } = window.setup;

/** A map like the one of PlanMap: tiles show at once when they are there. */
export function plainMap() {
  return L.map("map", { fadeAnimation: false, zoomAnimation: false }).setView(start.slice(0, 2), start[2]);
}

/**
 * Let the benchmark move the map.
 *
 * @param {L.Map} map
 * @param {(act: () => void) => Promise<void>} settled acts, and ends when all of it is there
 */
export function offer(map, settled) {
  const timed = async (act) => {
    const began = performance.now();
    await settled(act);
    await frame();
    await frame();
    return performance.now() - began;
  };
  window.look = ([lat, lon, zoom]) => timed(() => map.setView([lat, lon], zoom, { animate: false }));
  window.pan = (x) => timed(() => map.panBy([x, 0], { animate: false }));
}

/** The width of a way at a zoom of the map; 0 where it is not drawn. */
export function widthAt(stops, zoom) {
  if (zoom < stops[0][0]) return 0;
  const after = stops.findIndex(([stop]) => stop > zoom);
  if (after < 0) return stops[stops.length - 1][1];
  const [[low, thin], [high, thick]] = [stops[after - 1], stops[after]];
  return thin + ((thick - thin) * (zoom - low)) / (high - low);
}
