/* What the map alone knows of the Scene, as a part of the address. */

/** @import { LayerPayload, LayerState } from "./types" */

/**
 * @param {object} state
 * @param {{ lat: number, lng: number }} state.center
 * @param {number} state.zoom
 * @param {string} state.basemap
 * @param {LayerPayload[]} state.catalogue the layers as the plan has them
 * @param {Record<string, LayerState>} state.layers as they are shown
 */
export function ownQuery({ center, zoom, basemap, catalogue, layers }) {
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
  return parts.join("&");
}
