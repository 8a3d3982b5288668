/* Lines and areas in the stacked strokes of a ground style. */

import * as L from "leaflet";

/** @import { Stroke } from "./types" */

/** @typedef {L.GeoJSON} Part one stroke of a geometry */

/**
 * Strokes grow with the zoom: thin over the whole city, broad at a street corner.
 *
 * @param {number} zoom
 */
export function strokeFactor(zoom) {
  return Math.max(0.45, Math.min(2.6, 0.55 + (zoom - 10) * 0.2));
}

/**
 * Make one geometry in the stacked strokes of a ground style; return the Leaflet layers.
 *
 * @param {GeoJSON.Geometry} geometry
 * @param {Stroke[]} strokes
 * @param {string} pane
 * @param {L.Renderer} renderer
 * @param {string} [className] beside that of all strokes
 * @returns {Part[]}
 */
export function drawStrokes(geometry, strokes, pane, renderer, className = "") {
  return strokes.map((stroke, index) => {
    const options = {
      pane,
      renderer,
      className: ("pm-stroke " + className).trim(),
      color: stroke.colour,
      stroke: Boolean(stroke.colour),
      weight: stroke.width || 1,
      dashArray: stroke.dash,
      fill: Boolean(stroke.fill),
      fillColor: stroke.fill,
      fillOpacity: stroke.fill_opacity,
      lineCap: /** @type {L.LineCapShape} */ (stroke.dash ? "butt" : "round"),
      interactive: index === strokes.length - 1,
    };
    const layer = L.geoJSON(geometry, {
      ...options,
      style: options,
      pointToLayer: (_, position) => L.circleMarker(position, { ...options, radius: stroke.radius || 3 }),
    });
    // With its listeners each line would be a stop of the Tab key that has no name.
    layer._addFocusListeners = () => {};
    layer.eachLayer((part) =>
      part.on("add", () => elementOf(part)?.style.setProperty("--pm-w", String(stroke.width || 1)))
    );
    return layer;
  });
}

/**
 * The element of a shape that is on the map.
 *
 * @param {L.Layer} shape
 */
export function elementOf(shape) {
  return shape instanceof L.Path ? /** @type {SVGElement | undefined} */ (shape.getElement()) : undefined;
}
