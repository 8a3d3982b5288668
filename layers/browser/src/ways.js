/* The roads and waters of the ground, drawn on one canvas: without seams, and sharp at every zoom. */

import * as L from "leaflet";
import { clipped } from "./clip.js";
import { GroundTiles, decoded } from "./ground_tiles.js";
import { pane } from "./pane.js";
import { styleOf, widthAt } from "./way_look.js";

/** @import { Box, GroundPayload, Plan, SpotPayload, WayPayload } from "./types" */
/** @import { DrawnArea, DrawnTile } from "./ground_tiles.js" */

/**
 * A way as it is drawn: positions as pixels of the world at zoom 0.
 *
 * @typedef {object} DrawnWay
 * @property {WayPayload} way
 * @property {Float64Array[]} lines x and y of each point in turn
 * @property {[west: number, north: number, east: number, south: number]} box
 */

const PANE = "pm-ways";
const ORDER = 203;
const WORLD = 256;

export class Ways extends L.Renderer {
  /**
   * @param {Plan} data
   * @param {number} beyond how far beyond the map's frame ways are drawn
   */
  constructor(data, beyond) {
    super({ pane: PANE, padding: beyond });
    this.look = data.style.ways;
    this.ways = data.ways.lines.map((way) => drawn(way, data.ways.units));
    this.size = 1;
    this.waiting = 0;
    /**
     * Dots for each pixel; null for those of the screen.
     *
     * @type {number | null}
     */
    this.ratio = null;
    /**
     * Ids of the plan's own lines that are on the map: what they stand for is not drawn a second time.
     *
     * @type {Set<string>}
     */
    this.covered = new Set();
    /** @type {DrawnWay[]} */
    this.seen = [];
    /** @type {DrawnArea[]} */
    this.areas = [];
    /** @type {SpotPayload[]} */
    this.spots = data.ways.spots;
    this.own = data.ways.spots;
    /**
     * Ground from a file, which takes the place of what came with the plan.
     *
     * @type {GroundTiles<DrawnTile> | null}
     */
    this.tiles = null;
  }

  /**
   * @override
   * @param {L.Map} map
   */
  onAdd(map) {
    pane(map, PANE, ORDER).style.pointerEvents = "none";
    return super.onAdd(map);
  }

  _initContainer() {
    this._container = L.DomUtil.create("canvas", "pm-ways-canvas");
  }

  _destroyContainer() {
    this._container?.remove();
    delete this._container;
  }

  /** @override */
  _update() {
    // While it zooms, what is drawn is scaled; drawing it anew would only make that jump.
    if (!this._container || (this._map._animatingZoom && this._bounds)) return;
    super._update();
    if (this._bounds.min) L.DomUtil.setPosition(this._container, this._bounds.min);
    this.draw();
  }

  /** @param {Iterable<string>} sites */
  cover(sites) {
    const covered = new Set(sites);
    if (covered.size === this.covered.size && [...covered].every((site) => this.covered.has(site))) return;
    this.covered = covered;
    if (this._container) this.draw();
  }

  /**
   * Draw the ground of a file, or what came with the plan.
   *
   * @param {GroundPayload | null} ground
   * @param {() => void} changed is told when the names may be others
   */
  use(ground, changed) {
    const again = () => {
      cancelAnimationFrame(this.waiting);
      this.waiting = requestAnimationFrame(() => {
        if (!this._container || this._map._animatingZoom) return;
        this.draw();
        changed();
      });
    };
    this.tiles?.leave();
    this.tiles = ground ? new GroundTiles(ground, again, decoded) : null;
    if (this._container) this.draw();
  }

  draw() {
    const canvas = /** @type {HTMLCanvasElement} */ (this._container);
    const context = canvas?.getContext("2d");
    const corner = this._bounds?.min;
    if (!context || !corner) return;
    const size = this._bounds.getSize();
    const ratio = this.ratio || window.devicePixelRatio || 1;
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    const zoom = this._zoom;
    const scale = 2 ** zoom * ratio;
    const origin = this._map.getPixelOrigin().add(corner);
    const [left, top] = [origin.x * ratio, origin.y * ratio];
    const room = 24 / 2 ** zoom;
    const west = origin.x / 2 ** zoom - room;
    const north = origin.y / 2 ** zoom - room;
    const east = (origin.x + size.x) / 2 ** zoom + room;
    const south = (origin.y + size.y) / 2 ** zoom + room;
    const middle = this._map.project(this._map.getCenter(), zoom);
    const { x, y } = this._map.getSize().divideBy(2);
    /** @type {Box} */
    const view = [middle.x - x, middle.y - y, middle.x + x, middle.y + y];
    for (const n of view.keys()) view[n] /= 2 ** zoom;
    const tiles = this.tiles?.at(zoom, [west, north, east, south], view);
    const ways = tiles ? tiles.flatMap((tile) => tile.lines) : this.ways;
    this.spots = tiles ? tiles.flatMap((tile) => tile.spots) : this.own;
    /** @param {{ box: Box }} one */
    const isNear = ({ box }) => box[0] < east && box[2] > west && box[1] < south && box[3] > north;
    this.areas = (tiles || []).flatMap((tile) => tile.areas).filter((area) => isNear(area) && this.look.areas[area.kind]?.zoom <= zoom);
    this.seen = ways.filter((one) =>
      isNear(one) && widthAt(styleOf(this.look, one.way.kind).widths, zoom) > 0 && !this.covered.has(one.way.site));
    /** @type {Map<string, Path2D>} */
    const paths = new Map();
    for (const [kind, lines] of [
      ...this.areas.map((area) => /** @type {const} */ ([area.kind, area.lines])),
      ...this.seen.map((one) => /** @type {const} */ ([one.way.kind, one.lines])),
    ]) {
      const path = paths.get(kind) || new Path2D();
      paths.set(kind, path);
      for (const line of lines) {
        path.moveTo(line[0] * scale - left, line[1] * scale - top);
        for (let n = 2; n < line.length; n += 2) path.lineTo(line[n] * scale - left, line[n + 1] * scale - top);
      }
    }
    for (const [kind, { fill }] of Object.entries(this.look.areas)) {
      const path = paths.get(kind);
      if (!path) continue;
      context.fillStyle = fill;
      // Holes run the other way round than outlines, and neighbouring tiles overlap.
      context.fill(path, "nonzero");
    }
    context.lineJoin = "round";
    for (const group of this.look.groups) {
      for (const edge of [true, false]) this.strokes(context, group, paths, edge, zoom, ratio);
    }
  }

  /**
   * All edges of a group of kinds lie under all surfaces, so that crossings are open.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Record<string, import("./types").WayStyle>} group
   * @param {Map<string, Path2D>} paths
   * @param {boolean} edge
   * @param {number} zoom
   * @param {number} ratio
   */
  strokes(context, group, paths, edge, zoom, ratio) {
    const { casing, casedFrom } = this.look;
    for (const [kind, style] of Object.entries(group)) {
      const path = paths.get(kind);
      const width = widthAt(style.widths, zoom) * this.size;
      if (!path || (!edge && (style.single || width < casedFrom))) continue;
      const dashed = style.dash && (style.single || !edge);
      context.lineCap = dashed ? "butt" : "round";
      context.setLineDash(!dashed ? [] : style.dash.split(" ").filter(Boolean).map((part) => Number(part) * ratio));
      context.strokeStyle = edge ? style.edge : style.fill;
      context.lineWidth = (width + (edge && !style.single && width >= casedFrom ? casing : 0)) * ratio;
      context.stroke(path);
    }
  }

  /**
   * The kinds of ways that reach into a frame, which is part of what is drawn.
   *
   * @param {import("./types").Box} frame in pixels of the world at zoom 0
   */
  kindsIn(frame) {
    /** @type {Set<string>} */
    const kinds = new Set();
    for (const { kind, lines, box } of this.areas) {
      if (!kinds.has(kind) && box[0] < frame[2] && box[2] > frame[0] && box[1] < frame[3] && box[3] > frame[1] && covers(lines, frame)) {
        kinds.add(kind);
      }
    }
    for (const { way, lines, box } of this.seen) {
      if (kinds.has(way.kind) || !(box[0] < frame[2] && box[2] > frame[0] && box[1] < frame[3] && box[3] > frame[1])) continue;
      if (lines.some((line) => clipped(points(line, 1, [0, 0]), frame).length)) kinds.add(way.kind);
    }
    return kinds;
  }

  /**
   * @param {boolean} on
   * @param {number} opacity
   */
  show(on, opacity) {
    if (this._map) Object.assign(pane(this._map, PANE, ORDER).style, { display: on ? "" : "none", opacity });
  }
}

/**
 * Whether areas reach into a frame: an outline does, or the frame lies inside.
 *
 * @param {Float64Array[]} rings
 * @param {Box} frame
 */
function covers(rings, frame) {
  if (rings.some((ring) => clipped(points(ring, 1, [0, 0]), frame).length)) return true;
  const [x, y] = [(frame[0] + frame[2]) / 2, (frame[1] + frame[3]) / 2];
  let inside = false;
  for (const ring of rings) {
    for (let n = 0, before = ring.length - 2; n < ring.length; before = n, n += 2) {
      const crosses = ring[n + 1] > y !== ring[before + 1] > y;
      if (crosses && x < ring[n] + ((y - ring[n + 1]) / (ring[before + 1] - ring[n + 1])) * (ring[before] - ring[n])) inside = !inside;
    }
  }
  return inside;
}

/**
 * @param {WayPayload} way
 * @param {number} units of a degree
 * @returns {DrawnWay}
 */
export function drawn(way, units) {
  /** @type {DrawnWay["box"]} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const lines = way.lines.map((steps) => {
    const line = new Float64Array(steps.length);
    let [x, y] = [0, 0];
    for (let n = 0; n < steps.length; n += 2) {
      x += steps[n];
      y += steps[n + 1];
      // Web Mercator; Leaflet's own projection makes an object for each point.
      const sine = Math.sin((y / units) * (Math.PI / 180));
      line[n] = WORLD * (x / units / 360 + 0.5);
      line[n + 1] = WORLD * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
      box[0] = Math.min(box[0], line[n]);
      box[1] = Math.min(box[1], line[n + 1]);
      box[2] = Math.max(box[2], line[n]);
      box[3] = Math.max(box[3], line[n + 1]);
    }
    return line;
  });
  return { way, lines, box };
}

/**
 * The points of a line, scaled and moved.
 *
 * @param {Float64Array} line
 * @param {number} scale
 * @param {[x: number, y: number]} origin
 * @returns {[number, number][]}
 */
export function points(line, scale, [x, y]) {
  /** @type {[number, number][]} */
  const found = [];
  for (let n = 0; n < line.length; n += 2) found.push([line[n] * scale - x, line[n + 1] * scale - y]);
  return found;
}
