/* The plan's grid as fine lines with their kilometres, as on a topographic sheet. */

import * as L from "leaflet";
import { pane } from "./pane.js";
import { fromGrid, toGrid } from "./projection.js";
import { gridStep } from "./scale.js";

/** @import { Style } from "./types" */

const ORDER = 205;
const WIDEST_LABEL = 64;

export class Grid extends L.Layer {
  /**
   * @param {string} definition for proj4
   * @param {Style} style
   */
  constructor(definition, style) {
    super();
    this.definition = definition;
    this.style = style;
    /**
     * The distance between lines in metres while they are drawn.
     *
     * @type {number | null}
     */
    this.step = null;
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide");
  }

  /**
   * @override
   * @param {L.Map} map
   */
  onAdd(map) {
    this.map = map;
    // Under everything but the land: it is read where nothing else is.
    const home = pane(map, "pm-grid", ORDER);
    home.style.pointerEvents = "none";
    home.append(this.canvas);
    map.on("moveend zoomend resize viewreset", this.draw, this);
    this.draw();
    return this;
  }

  /**
   * @override
   * @param {L.Map} map
   */
  onRemove(map) {
    map.off("moveend zoomend resize viewreset", this.draw, this);
    this.canvas.remove();
    this.step = null;
    return this;
  }

  /** @param {number} opacity */
  setOpacity(opacity) {
    if (this.map) pane(this.map, "pm-grid", ORDER).style.opacity = String(opacity);
  }

  draw() {
    const context = this.canvas.getContext("2d");
    if (!this.map || !context) return;
    const map = this.map;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = size.x * ratio;
    this.canvas.height = size.y * ratio;
    this.canvas.style.width = size.x + "px";
    this.canvas.style.height = size.y + "px";
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    const step = gridStep(map.getZoom(), map.getCenter().lat);
    this.step = step;
    if (!step) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = "10px " + this.style.fonts.map((name) => '"' + name + '"').join(",") + ",sans-serif";
    context.strokeStyle = this.style.gridLine;
    context.fillStyle = this.style.gridText;
    context.lineWidth = 0.8;
    /** @type {L.PointTuple[]} */
    const frame = [[0, 0], [size.x, 0], [0, size.y], [size.x, size.y]];
    const corners = frame.map((point) => {
      const at = map.containerPointToLatLng(point);
      return toGrid(this.definition, at.lng, at.lat);
    });
    const [west, east] = [Math.min(...corners.map((c) => c[0])), Math.max(...corners.map((c) => c[0]))];
    const [south, north] = [Math.min(...corners.map((c) => c[1])), Math.max(...corners.map((c) => c[1]))];
    /** @param {number} value */
    const first = (value) => Math.ceil(value / step) * step;
    for (let x = first(west); x <= east; x += step) this.line(map, context, [[x, north], [x, south]], x, step);
    for (let y = first(south); y <= north; y += step) this.line(map, context, [[west, y], [east, y]], y, step);
  }

  /**
   * Within a view a grid line bends by less than a pixel, so its two ends are enough.
   *
   * @param {L.Map} map
   * @param {CanvasRenderingContext2D} context
   * @param {[number, number][]} ends
   * @param {number} value
   * @param {number} step
   */
  line(map, context, ends, value, step) {
    const [a, b] = ends.map(([easting, northing]) => {
      const [longitude, latitude] = fromGrid(this.definition, easting, northing);
      return map.latLngToContainerPoint([latitude, longitude]);
    });
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
    const words = (value / 1000).toFixed(step < 1000 ? 1 : 0) + " km";
    const middle = map.getSize().x / 2;
    const vertical = Math.abs(b.x - a.x) < Math.abs(b.y - a.y);
    if (vertical) context.fillText(words, a.x + ((0 - a.y) * (b.x - a.x)) / (b.y - a.y) + 3, 11);
    else context.fillText(words, middle - WIDEST_LABEL, a.y + ((middle - a.x) * (b.y - a.y)) / (b.x - a.x) - 3);
  }
}
