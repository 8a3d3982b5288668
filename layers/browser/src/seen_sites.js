/* What of the sites can be seen in the frame of the map, for the legend. */

import { grown, holds, reaches } from "./in_frame.js";
import { stateOf } from "./letters.js";

/** @import { Box, SeenSite } from "./types" */
/** @import { Map } from "leaflet" */
/** @import { SiteEntry } from "./site_entry.js" */
/** @import { Sites } from "./sites.js" */

// Dots of the ground, such as stations, and those of parts, in pixels.
const DOT = 4;

/**
 * The frame of a map in degrees, and how many a pixel has.
 *
 * @param {Map} map
 */
export function frameOf(map) {
  const bounds = map.getBounds();
  const { x, y } = map.getSize();
  /** @type {Box} */
  const frame = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  return { frame, across: (frame[2] - frame[0]) / Math.max(1, x), up: (frame[3] - frame[1]) / Math.max(1, y) };
}

/**
 * The sites of which anything is in the frame, with what that is.
 *
 * @param {Sites} sites
 * @param {{ sites: string, overdue: string }} [side] how they stand on another day than the map's
 * @returns {SeenSite[]}
 */
export function seenSites(sites, side) {
  const { map } = sites;
  const { frame, across, up } = frameOf(map);
  const room = (/** @type {number} */ pixels) => grown(frame, pixels * across, pixels * up);
  const dots = room(DOT * sites.size);
  /** @type {SeenSite[]} */
  const found = [];
  for (const [index, entry] of sites.entries.entries()) {
    const { placed, shown, home } = entry;
    if (!placed || !shown || home.opacity <= 0) continue;
    const form = entry.area ? "area" : placed.lines ? "line" : "point";
    const outline = form === "point" ? null : entry.outline(sites.isFilled(placed));
    const near = room(sites.radius(entry));
    const symbols = entry.symbols.filter(({ leaflet }) => holds(near, [leaflet.getLatLng().lng, leaflet.getLatLng().lat]));
    const dotted = form === "point" && placed.anchors.some(([latitude, longitude]) => holds(dots, [longitude, latitude]));
    const drawn = outline ? reaches(outline, frame) : dotted;
    const around = (/** @type {boolean} */ on) => on && isNear(sites, entry, frame);
    const one = {
      site: placed,
      state: side ? stateOf(side.sites[index], side.overdue[index]) : entry.state,
      change: entry.change,
      form: /** @type {SeenSite["form"]} */ (form),
      ground: home.layer.ground,
      symbol: symbols.length > 0,
      small: symbols.some((marker) => marker.small),
      whole: symbols.some((marker) => !marker.small),
      shape: drawn && entry.parts.length > 0 && !entry.dot && (!entry.soft || Boolean(entry.patch?.isOn(map))),
      soft: entry.soft,
      halo: around(entry.halo !== null && map.hasLayer(entry.halo)),
      proxy: around(!entry.area && Boolean(entry.patch?.isOn(map))),
      dot: entry.dot && dotted,
    };
    if (one.symbol || one.shape || one.halo || one.proxy || one.dot) found.push(one);
  }
  return found;
}

/**
 * Whether the circle in which a true position is expected reaches into the frame.
 *
 * @param {Sites} sites
 * @param {SiteEntry} entry
 * @param {Box} frame
 */
function isNear({ map }, { placed }, [west, south, east, north]) {
  const reach = placed?.accuracy || 0;
  return (placed?.anchors || []).some(([latitude, longitude]) => {
    /** @type {[number, number]} */
    const nearest = [Math.max(south, Math.min(north, latitude)), Math.max(west, Math.min(east, longitude))];
    return map.distance(nearest, [latitude, longitude]) <= reach;
  });
}
