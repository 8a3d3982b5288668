/* What the map alone knows of the Scene, as a part of the address. */

/** @import { LayerPayload, LayerState } from "./types" */

/** Keys of the address that belong to the map. */
const OWN = new Set(["at", "base", "show", "hide", "opacity", "order"]);

/** Keys that are part of every place in the browser's history rather than a step to another. */
const STANDING = new Set(["lang", "date"]);

/** @param {string} query */
const partsOf = (query) => query.replace(/^\?/, "").split("&").filter(Boolean);

/** @param {string} part */
const keyOf = (part) => part.split("=")[0];

/**
 * The part of a query that is the page's: filters, day, selection, language.
 *
 * @param {string} query
 */
export function pageQuery(query) {
  return partsOf(query).filter((part) => !OWN.has(keyOf(part))).join("&");
}

/**
 * What makes a place in the browser's history another one: filters and selection. Moving the map, playing through the
 * months or another language is no step, for Back would then hardly ever lead anywhere.
 *
 * @param {string} query
 */
export function stepOf(query) {
  return partsOf(query).filter((part) => !OWN.has(keyOf(part)) && !STANDING.has(keyOf(part))).sort().join("&");
}

/**
 * Whether a query names a site or a task that is selected.
 *
 * @param {string} query
 */
export function selects(query) {
  return partsOf(query).some((part) => ["site", "task"].includes(keyOf(part)) && part.includes("="));
}

/**
 * Where the map looks: latitude, longitude, zoom; null where the query does not say.
 *
 * @param {string} query
 * @returns {[number, number, number] | null}
 */
export function viewOf(query) {
  const at = partsOf(query).find((part) => keyOf(part) === "at");
  const [latitude, longitude, zoom, ...rest] = at ? at.slice(3).replaceAll("%2C", ",").split(",").map(Number) : [];
  return rest.length === 0 && [latitude, longitude, zoom].every(Number.isFinite) ? [latitude, longitude, zoom] : null;
}

/**
 * @param {object} state
 * @param {{ lat: number, lng: number }} state.center
 * @param {number} state.zoom
 * @param {string} state.basemap
 * @param {LayerPayload[]} state.catalogue the layers as the plan has them
 * @param {Record<string, LayerState>} state.layers as they are shown
 * @param {string[]} state.order ids of all layers, the uppermost first
 */
export function ownQuery({ center, zoom, basemap, catalogue, layers, order }) {
  const changed = catalogue.filter(({ id, visible }) => layers[id].visible !== visible);
  const shown = changed.filter(({ id }) => layers[id].visible).map(({ id }) => encodeURIComponent(id));
  const hidden = changed.filter(({ id }) => !layers[id].visible).map(({ id }) => encodeURIComponent(id));
  const opacities = catalogue
    .filter(({ id, opacity }) => layers[id].opacity !== opacity)
    .map(({ id }) => encodeURIComponent(id) + ":" + Math.round(layers[id].opacity * 100));
  const parts = ["at=" + [center.lat.toFixed(5), center.lng.toFixed(5), zoom.toFixed(2)].join(",")];
  if (basemap !== "offline") parts.push("base=" + basemap);
  if (shown.length) parts.push("show=" + shown.sort().join(","));
  if (hidden.length) parts.push("hide=" + hidden.sort().join(","));
  if (opacities.length) parts.push("opacity=" + opacities.sort().join(","));
  // Those that stand elsewhere than in the plan, in their order: enough to put them there again.
  const elsewhere = order.filter((id, index) => catalogue[index].id !== id).map((id) => encodeURIComponent(id));
  if (elsewhere.length) parts.push("order=" + elsewhere.join(","));
  return parts.join("&");
}
