/* The hatches of own layers, painted in their areas on a canvas. */

import * as L from "leaflet";
import { hatchDots, hatchLines } from "./hatch_lines.js";

/** @import { Box, Hatch } from "./types" */

/**
 * What a canvas of Leaflet has inside, and its types leave out.
 *
 * @typedef {object} Canvas
 * @property {boolean} _drawing
 * @property {CanvasRenderingContext2D} _ctx
 * @property {(context: CanvasRenderingContext2D, path: { options: L.PathOptions }) => void} _fillStroke
 */

/** @typedef {{ _renderer: Canvas, _parts: L.Point[][], options: L.PathOptions, _updatePath: () => void }} Inside */

/**
 * Have all areas in a layer of Leaflet drawn with a hatch, over their fill and below their edge.
 *
 * @param {L.Layer} layer
 * @param {Hatch} hatch
 */
export function hatchAreas(layer, hatch) {
  if (layer instanceof L.LayerGroup) layer.eachLayer((part) => hatchAreas(part, hatch));
  if (!(layer instanceof L.Polygon)) return;
  const inside = /** @type {Inside} */ (/** @type {unknown} */ (layer));
  inside._updatePath = () => draw(inside, hatch);
}

/**
 * @param {Inside} area
 * @param {Hatch} hatch
 */
function draw({ _renderer: renderer, _parts: parts, options }, hatch) {
  if (!renderer._drawing || !parts.length) return;
  const context = renderer._ctx;
  trace(context, parts);
  renderer._fillStroke(context, { options: { ...options, stroke: false } });
  context.save();
  context.clip("evenodd");
  paintHatch(context, hatch, boxOf(parts));
  context.restore();
  trace(context, parts);
  renderer._fillStroke(context, { options: { ...options, fill: false } });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {L.Point[][]} parts
 */
function trace(context, parts) {
  context.beginPath();
  for (const part of parts) {
    for (const [n, { x, y }] of part.entries()) context[n ? "lineTo" : "moveTo"](x, y);
    context.closePath();
  }
}

/**
 * Paint a hatch in a box, in pixels of the map, within what the canvas is clipped to.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Hatch} hatch
 * @param {Box} box
 */
export function paintHatch(context, hatch, box) {
  const { colour, opacity, pattern, width } = hatch;
  context.globalAlpha *= opacity;
  context.beginPath();
  if (pattern === "dots") {
    context.fillStyle = colour;
    for (const [x, y] of hatchDots(hatch, box)) {
      context.moveTo(x + width / 2, y);
      context.arc(x, y, width / 2, 0, 2 * Math.PI);
    }
    context.fill();
    return;
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash([]);
  for (const [x, y, toX, toY] of hatchLines(hatch, box)) {
    context.moveTo(x, y);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

/**
 * @param {L.Point[][]} parts
 * @returns {Box}
 */
function boxOf(parts) {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of parts.flat()) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}
