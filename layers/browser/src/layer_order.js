/* The order of layers: what lies over what, and how the ids of layers that were moved fit among the others. */

/** @import { LayerPayload } from "./types" */

/**
 * The place of a layer's pane in the stack.
 *
 * @param {Pick<LayerPayload, "own"> & Partial<LayerPayload>} layer
 * @param {number} index among all layers, the uppermost first
 * @param {string | null} waterLayer
 */
export function paneOrder(layer, index, waterLayer) {
  // Water lies over the veil around the district: the river is the district's edge.
  if (layer.id === waterLayer) return 392;
  // Own layers lie over the ground and under the sites, which they must not hide.
  if (layer.own) return 450 - index;
  return (layer.ground ? 380 : 560) - index;
}

/**
 * The ids in `own` in another order: those in `wanted` take their places among themselves in the order of `wanted`.
 *
 * @param {string[]} own
 * @param {string[]} wanted
 */
export function ordered(own, wanted) {
  const known = [...new Set(wanted)].filter((id) => own.includes(id));
  let next = 0;
  return own.map((id) => (known.includes(id) ? known[next++] : id));
}

/**
 * The ids of one list after one of them was moved by `step` places.
 *
 * @param {string[]} ids
 * @param {string} id
 * @param {number} step
 */
export function moved(ids, id, step) {
  const from = ids.indexOf(id);
  const to = Math.max(0, Math.min(ids.length - 1, from + step));
  const rest = ids.filter((other) => other !== id);
  rest.splice(to, 0, id);
  return rest;
}
