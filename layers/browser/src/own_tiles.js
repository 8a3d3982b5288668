/* A large layer that somebody has brought in, from its tiles on one canvas: shapes, and cells that stand for many. */

import * as L from "leaflet";
import { GroundTiles } from "./ground_tiles.js";
import { TILE_PIXELS, foremost, inView, ownTile } from "./own_tile.js";
import { paintHatch } from "./own_hatch.js";
import { linesOf } from "./own_marker.js";
import { pane } from "./pane.js";

/** @import { Box, Hatch, OwnSymbol, TileSource } from "./types" */
/** @import { Cells, GeometryKind, InView, OwnTile, ShapeGroup } from "./own_tile.js" */

/**
 * How shapes look; what is left out is not drawn. All lengths are in pixels; `radius` is that of a point.
 *
 * @typedef {object} Look
 * @property {string} [fill]
 * @property {number} [fillOpacity]
 * @property {string} [stroke]
 * @property {number} [strokeOpacity]
 * @property {number} [width] of strokes
 * @property {number[]} [dash] lengths of strokes and gaps by turns
 * @property {number} [radius]
 * @property {OwnSymbol["marker"]} [marker]
 * @property {Hatch} [hatch] of areas
 */

/** @typedef {(category: number, kind: GeometryKind) => Look} LookOf */

/**
 * @typedef {object} OwnTilesOptions
 * @property {LookOf} look
 * @property {GeometryKind} kind of most features: cells of lines look as lines do
 * @property {string} pane
 * @property {number} order of the pane
 * @property {number} [beyond] how far beyond the map's frame it is drawn, as a share of its width
 * @property {(inView: InView) => void} [told] is told what is in view whenever that may be other
 * @property {() => void} [failed] is told when a tile does not come
 */

const WORLD = 256;
/** Steps of opacity: cells of one step are filled at once. */
const STEPS = 12;
const FAINTEST = 0.25;
const RADIUS = 2.5;

export class OwnTiles extends L.Renderer {
  /**
   * @param {TileSource} source
   * @param {OwnTilesOptions} options
   */
  constructor(source, { look, kind, order, beyond = 0.1, told = () => {}, failed = () => {}, ...more }) {
    super({ pane: more.pane, padding: beyond });
    this.look = look;
    this.kind = kind;
    this.order = order;
    this.told = told;
    this.waiting = 0;
    /**
     * The categories that are shown; null for all.
     *
     * @type {Set<number> | null}
     */
    this.categories = null;
    this.tiles = new GroundTiles(source, () => this.again(), ownTile, failed);
  }

  /**
   * @override
   * @param {L.Map} map
   */
  onAdd(map) {
    pane(map, String(this.options.pane), this.order).style.pointerEvents = "none";
    return super.onAdd(map);
  }

  _initContainer() {
    this._container = L.DomUtil.create("canvas", "pm-own-tiles");
  }

  _destroyContainer() {
    cancelAnimationFrame(this.waiting);
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

  again() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => {
      if (this._container && !this._map._animatingZoom) this.draw();
    });
  }

  /**
   * Show only features of some categories, or all; nothing is fetched for that.
   *
   * @param {Iterable<number> | null} categories
   */
  filter(categories) {
    this.categories = categories && new Set(categories);
    if (this._container) this.draw();
  }

  /** @param {LookOf} look */
  restyle(look) {
    this.look = look;
    if (this._container) this.draw();
  }

  /** No longer be told of tiles that arrive; for a layer that is taken away for good. */
  leave() {
    this.tiles.leave();
  }

  /** @param {number} category */
  isShown(category) {
    return !this.categories || this.categories.has(category);
  }

  draw() {
    const canvas = /** @type {HTMLCanvasElement} */ (this._container);
    const context = canvas?.getContext("2d");
    const corner = this._bounds?.min;
    if (!context || !corner) return;
    const size = this._bounds.getSize();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    const zoom = this._zoom;
    const origin = this._map.getPixelOrigin().add(corner);
    const middle = this._map.project(this._map.getCenter(), zoom);
    const half = this._map.getSize().divideBy(2);
    const world = 2 ** zoom;
    /** @type {Box} */
    const box = [origin.x / world, origin.y / world, (origin.x + size.x) / world, (origin.y + size.y) / world];
    /** @type {Box} */
    const view = [(middle.x - half.x) / world, (middle.y - half.y) / world, (middle.x + half.x) / world, (middle.y + half.y) / world];
    const tiles = this.tiles.at(zoom, box, view).map((tile) => placed(tile, world * ratio, origin.multiplyBy(ratio)));
    const most = Math.max(1, ...tiles.map(({ tile }) => this.mostIn(tile.cells)));
    for (const { tile, left, top, side } of tiles) this.cells(context, tile.cells, most, left, top, side);
    for (const { tile, left, top, side } of tiles) {
      context.save();
      // Whole dots, so that neighbours neither overlap nor leave a gap between them.
      const [x, y] = [Math.round(left), Math.round(top)];
      context.beginPath();
      context.rect(x, y, Math.round(left + side) - x, Math.round(top + side) - y);
      context.clip();
      for (const group of tile.groups) if (this.isShown(group.category)) this.shapes(context, group, tile.extent, left, top, side, ratio);
      context.restore();
    }
    this.told(inView(tiles.map(({ tile }) => tile), view, this.categories));
  }

  /** @param {Cells} cells */
  mostIn({ counts, cover }) {
    let most = 0;
    if (!cover.length) for (const count of counts) most = Math.max(most, count);
    return most;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Cells} cells
   * @param {number} most features of any cell
   * @param {number} left of the tile, in dots
   * @param {number} top
   * @param {number} side
   */
  cells(context, cells, most, left, top, side) {
    const step = (side * cells.pixels) / TILE_PIXELS;
    const kind = cells.cover.length ? this.kind : "point";
    /** @type {Map<number, Path2D>} */
    const paths = new Map();
    for (let n = 0; n < cells.counts.length; n++) {
      const { category, count } = foremost(cells, n, this.categories);
      if (!count) continue;
      const share = cells.cover.length ? (cells.cover[n] * count) / cells.counts[n] / 100 : Math.log1p(count) / Math.log1p(most);
      const key = category * STEPS + Math.min(STEPS - 1, Math.floor(share * STEPS));
      const path = paths.get(key) || new Path2D();
      paths.set(key, path);
      const [column, row] = [cells.columns[n], cells.rows[n]];
      const [x, y] = [Math.round(left + column * step), Math.round(top + row * step)];
      path.rect(x, y, Math.round(left + (column + 1) * step) - x, Math.round(top + (row + 1) * step) - y);
    }
    for (const [key, path] of paths) {
      const { fill, fillOpacity = 1, stroke, strokeOpacity = 1, hatch } = this.look(Math.floor(key / STEPS), kind);
      const isStroke = kind === "line" ? Boolean(stroke) : !fill;
      // What has nothing but a hatch is seen from afar as well.
      const colour = isStroke ? stroke || hatch?.colour : fill;
      if (!colour) continue;
      context.fillStyle = colour;
      context.globalAlpha = (isStroke ? strokeOpacity : fillOpacity) * (FAINTEST + (1 - FAINTEST) * (((key % STEPS) + 1) / STEPS));
      context.fill(path);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {ShapeGroup} group
   * @param {number} extent
   * @param {number} left
   * @param {number} top
   * @param {number} side
   * @param {number} ratio dots of a pixel
   */
  shapes(context, group, extent, left, top, side, ratio) {
    const look = this.look(group.category, group.kind);
    const { fill, fillOpacity = 1, stroke, strokeOpacity = 1, width = 1, dash = [], radius = RADIUS, marker = "circle", hatch } = look;
    const scale = side / extent;
    context.save();
    context.fillStyle = fill || "transparent";
    context.strokeStyle = stroke || "transparent";
    context.lineJoin = "round";
    /** @type {Path2D} */
    let path;
    let unit = ratio;
    if (group.kind === "point") path = pointsOf(group, left, top, scale, radius * ratio, marker);
    else {
      path = group.path ||= pathOf(group);
      context.setTransform(scale, 0, 0, scale, left, top);
      unit = ratio / scale;
    }
    context.globalAlpha = fillOpacity;
    // Holes run the other way round than outlines.
    if (fill && group.kind !== "line") context.fill(path, "nonzero");
    if (hatch && group.kind === "area") this.hatch(context, path, hatch, [left, top, left + side, top + side], ratio);
    context.globalAlpha = strokeOpacity;
    context.lineWidth = width * unit;
    context.setLineDash(dash.map((length) => length * unit));
    if (stroke && width) context.stroke(path);
    context.restore();
  }

  /**
   * The lines are anchored where those of single features are, in pixels of the map, so that they go on from tile to tile.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Path2D} path
   * @param {Hatch} hatch
   * @param {Box} tile in dots of the canvas
   * @param {number} ratio dots of a pixel
   */
  hatch(context, path, hatch, tile, ratio) {
    const corner = this._bounds.min;
    if (!corner) return;
    const { width, height } = context.canvas;
    const seen = [Math.max(0, tile[0]), Math.max(0, tile[1]), Math.min(width, tile[2]), Math.min(height, tile[3])];
    if (seen[0] >= seen[2] || seen[1] >= seen[3]) return;
    context.save();
    context.clip(path, "nonzero");
    context.setTransform(ratio, 0, 0, ratio, -corner.x * ratio, -corner.y * ratio);
    context.globalAlpha = 1;
    const [west, north, east, south] = seen.map((edge) => edge / ratio);
    paintHatch(context, hatch, [west + corner.x, north + corner.y, east + corner.x, south + corner.y]);
    context.restore();
  }
}

/**
 * @param {OwnTile} tile
 * @param {number} scale dots of a pixel of the world at zoom 0
 * @param {L.Point} origin of the canvas, in dots
 */
function placed(tile, scale, origin) {
  const side = (WORLD / 2 ** tile.z) * scale;
  return { tile, side, left: tile.x * side - origin.x, top: tile.y * side - origin.y };
}

/** @param {ShapeGroup} group */
function pathOf({ kind, positions, starts }) {
  const path = new Path2D();
  for (const [n, start] of starts.entries()) {
    const end = n + 1 < starts.length ? starts[n + 1] : positions.length;
    path.moveTo(positions[start], positions[start + 1]);
    for (let at = start + 2; at < end; at += 2) path.lineTo(positions[at], positions[at + 1]);
    if (kind === "area") path.closePath();
  }
  return path;
}

/**
 * @param {ShapeGroup} group
 * @param {number} left
 * @param {number} top
 * @param {number} scale
 * @param {number} radius in dots, as are `left` and `top`
 * @param {OwnSymbol["marker"]} marker
 */
function pointsOf({ positions }, left, top, scale, radius, marker) {
  const path = new Path2D();
  const lines = linesOf(marker);
  for (let n = 0; n < positions.length; n += 2) {
    const [x, y] = [left + positions[n] * scale, top + positions[n + 1] * scale];
    if (!lines.length) {
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
    }
    for (const line of lines) {
      for (const [corner, [right, down]] of line.entries()) path[corner ? "lineTo" : "moveTo"](x + right * radius, y + down * radius);
    }
  }
  return path;
}

/**
 * Have all tiles ready that are in the page.
 *
 * @param {TileSource} source
 */
export function loadTiles(source) {
  const tiles = new GroundTiles(source, () => {}, ownTile);
  tiles.load();
  tiles.leave();
}
