/* The points of own layers: markers of several shapes on a canvas; the other half is layers/draw/marker.py. */

import * as L from "leaflet";

/** @import { OwnSymbol } from "./types" */

const CORNERS = {
  square: [[-1, 1], [1, 1], [1, -1], [-1, -1]],
  triangle: [0, 1, 2].map((n) => [Math.sin((2 * Math.PI * n) / 3), -Math.cos((2 * Math.PI * n) / 3)]),
  diamond: [[0, 1], [1, 0], [0, -1], [-1, 0]],
};

/** The arms of a cross. */
const ARMS = [[[-1, 0], [1, 0]], [[0, -1], [0, 1]]];

/**
 * The lines of a marker with a radius of 1, y downwards; none of a circle.
 *
 * @param {OwnSymbol["marker"]} marker
 */
export function linesOf(marker) {
  if (marker === "circle") return [];
  return marker === "cross" ? ARMS : [[...CORNERS[marker], CORNERS[marker][0]]];
}

/**
 * The parts of a point on a canvas that Leaflet's types leave out.
 *
 * @typedef {object} Canvas
 * @property {boolean} _drawing
 * @property {CanvasRenderingContext2D} _ctx
 * @property {(context: CanvasRenderingContext2D, path: L.Path) => void} _fillStroke
 */

/**
 * @param {unknown} marker
 * @returns {{ _renderer: Canvas, _point: L.Point, _radius: number }}
 */
function inside(marker) {
  return /** @type {any} */ (marker);
}

/** A marker that is no circle. */
export class ShapeMarker extends L.CircleMarker {
  /**
   * @param {L.LatLngExpression} at
   * @param {L.CircleMarkerOptions & { marker: OwnSymbol["marker"] }} options
   */
  constructor(at, options) {
    super(at, options);
    this.lines = linesOf(options.marker);
  }

  /** Leaflet calls this of its own paths too. */
  _updatePath() {
    const { _renderer: renderer, _point: { x, y }, _radius: radius } = inside(this);
    if (!renderer._drawing) return;
    renderer._ctx.beginPath();
    for (const line of this.lines) {
      for (const [n, [right, down]] of line.entries()) renderer._ctx[n ? "lineTo" : "moveTo"](x + right * radius, y + down * radius);
    }
    renderer._fillStroke(renderer._ctx, this);
  }
}
