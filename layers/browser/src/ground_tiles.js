/* Ground from the tiles that somebody has added: fetched as the map moves, and kept while it stays near. */

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { clipped } from "./clip.js";

/** @import { Box, Named, TileSource } from "./types" */
/** @import { DrawnWay } from "./ways.js" */

/** @typedef {{ kind: string, lines: Float64Array[], box: Box }} DrawnArea rings of the areas of one kind */
/** @typedef {Named & { kind: string, rank: number, at: [latitude: number, longitude: number] }} DrawnSpot */
/** @typedef {{ lines: DrawnWay[], areas: DrawnArea[], spots: DrawnSpot[] }} DrawnTile */

const WORLD = 256;
const KEPT = 240;
const MOST = 400;
const DRAWN_EVERY_MS = 250;
const AREAS = ["built", "green", "water", "aeroways", "buildings"];
const LINES = ["waterways", "roads", "rails", "boundaries"];
/** Dashes of neighbouring tiles would fill each other's gaps where the tiles overlap. */
const CUT = new Set(["rails", "boundaries"]);

/**
 * What all maps of a page have of a ground: a tile is fetched once for all of them.
 *
 * @template Tile
 * @typedef {{ tiles: Map<string, Tile | null>, listeners: Set<(key: string) => void> }} Shared
 */

/** @type {WeakMap<TileSource, Shared<any>>} */
const shared = new WeakMap();

/** @param {TileSource} ground */
function sharedOf(ground) {
  const found = shared.get(ground) || { tiles: new Map(), listeners: new Set() };
  shared.set(ground, found);
  return found;
}

/** @template Tile */
export class GroundTiles {
  /**
   * @param {TileSource} ground
   * @param {() => void} changed is told when there is more to draw
   * @param {(data: ArrayBuffer | null, z: number, x: number, y: number) => Tile} read makes of a tile, or of none, what is drawn
   * @param {() => void} failed is told when a tile does not come
   */
  constructor(ground, changed, read, failed = () => {}) {
    this.ground = ground;
    this.changed = changed;
    this.read = read;
    this.failed = failed;
    /** @type {Shared<Tile>} */
    const { tiles, listeners } = sharedOf(ground);
    /** By key, those used last at the end; null while a tile is on its way. */
    this.tiles = tiles;
    this.listeners = listeners;
    /** @param {string} key */
    this.arrival = (key) => this.arrived(key);
    listeners.add(this.arrival);
    /**
     * Keys of the tiles in view that are on their way.
     *
     * @type {Set<string>}
     */
    this.pending = new Set();
    this.timer = 0;
    /**
     * Keys of the tiles that are drawn.
     *
     * @type {string[]}
     */
    this.shown = [];
    this.zoom = -1;
    /** Whether all tiles in view are there. */
    this.complete = false;
  }

  /**
   * The tiles to draw now. Until all in view of another zoom are there, those of the zoom before stay.
   *
   * @param {number} zoom of the map
   * @param {Box} box what is drawn, in pixels of the world at zoom 0
   * @param {Box} view the part of it that is seen; what is around it is fetched when that is there
   */
  at(zoom, box, view) {
    const { level, wanted } = this.wanted(tileZoom(zoom, this.ground.zooms), box);
    const seen = this.keys(level, view);
    this.pending = new Set(seen.filter((key) => !this.tiles.get(key)));
    this.complete = this.pending.size === 0;
    for (const key of this.complete ? wanted : seen) this.ask(key);
    const ready = wanted.filter((key) => this.tiles.get(key));
    if (this.complete || level === this.zoom) {
      this.shown = ready;
      this.zoom = level;
    }
    this.forget(wanted);
    return this.shown.map((key) => this.tiles.get(key)).filter((tile) => tile !== null && tile !== undefined);
  }

  /**
   * The tiles for what is drawn; of a ground that has been cut, those of the finest zoom of which all are there.
   *
   * @param {number} finest
   * @param {Box} box
   */
  wanted(finest, box) {
    const { tiles, zooms } = this.ground;
    for (let level = finest; tiles && level > zooms[0]; level--) {
      const wanted = this.keys(level, box);
      if (wanted.every((key) => key in tiles)) return { level, wanted };
    }
    const level = tiles ? zooms[0] : finest;
    return { level, wanted: this.keys(level, box) };
  }

  /**
   * @param {number} level
   * @param {Box} box
   */
  keys(level, box) {
    const [west, south, east, north] = this.ground.bounds;
    const side = 2 ** level;
    const left = Math.max(box[0] / WORLD, west / 360 + 0.5);
    const right = Math.min(box[2] / WORLD, east / 360 + 0.5);
    const top = Math.max(box[1] / WORLD, mercatorRow(north));
    const bottom = Math.min(box[3] / WORLD, mercatorRow(south));
    /** @type {string[]} */
    const found = [];
    // Of tiles that are meant for a look from near, thousands would be seen from afar.
    if ((bottom - top) * side * (right - left) * side > MOST) return found;
    for (let y = Math.floor(top * side); y <= Math.floor(bottom * side); y++) {
      for (let x = Math.floor(left * side); x <= Math.floor(right * side); x++) found.push(`${level}/${x}/${y}`);
    }
    return found;
  }

  /** @param {string} key */
  ask(key) {
    const known = this.tiles.get(key);
    if (known !== undefined) {
      this.tiles.delete(key);
      this.tiles.set(key, known);
      return;
    }
    this.tiles.set(key, null);
    const [z, x, y] = key.split("/").map(Number);
    this.fetch(key)
      .then((data) => {
        this.tiles.set(key, this.read(data, z, x, y));
        for (const arrival of this.listeners) arrival(key);
      })
      // Asked for again with the next move.
      .catch(() => {
        this.tiles.delete(key);
        this.failed();
      });
  }

  /**
   * @param {string} key
   * @returns {Promise<ArrayBuffer | null>} nothing where the ground has nothing
   */
  async fetch(key) {
    const { tiles, url, query = "" } = this.ground;
    if (!tiles) {
      const answer = await fetch(url + key + query);
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.status === 204 ? null : answer.arrayBuffer();
    }
    if (!tiles[key]) return null;
    const packed = Uint8Array.from(atob(tiles[key]), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  }

  /** Have all tiles of a ground that is in the page ready: print does not wait. */
  load() {
    for (const key of Object.keys(this.ground.tiles || {})) this.ask(key);
  }

  /**
   * The map is drawn as soon as all in view is there. Meanwhile, and for what is around it, not for each single tile:
   * drawing takes longer than a tile does.
   *
   * @param {string} key
   */
  arrived(key) {
    if (this.pending.delete(key) && !this.pending.size) {
      clearTimeout(this.timer);
      this.timer = 0;
      this.changed();
    } else if (!this.timer) {
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.changed();
      }, DRAWN_EVERY_MS);
    }
  }

  /** No longer be told of tiles that arrive. */
  leave() {
    clearTimeout(this.timer);
    this.listeners.delete(this.arrival);
  }

  /** @param {string[]} wanted */
  forget(wanted) {
    // They are all in the page anyway.
    if (this.ground.tiles) return;
    const kept = new Set([...wanted, ...this.shown]);
    for (const key of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) return;
      if (!kept.has(key)) this.tiles.delete(key);
    }
  }
}

/**
 * The zoom of the tiles of 512 pixels from which a map is drawn; the other half is `tile_zoom` in layers/ground/look.py.
 *
 * @param {number} zoom
 * @param {[number, number]} zooms of the tiles that there are
 */
export function tileZoom(zoom, zooms) {
  return Math.max(zooms[0], Math.min(zooms[1], Math.floor(zoom + 1e-6) - 1));
}

/** @param {number} latitude in degrees; the result is a share of the world's height */
export function mercatorRow(latitude) {
  const sine = Math.sin(latitude * (Math.PI / 180));
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/**
 * @param {ArrayBuffer | null} data nothing for a tile that is not there
 * @param {number} z
 * @param {number} x
 * @param {number} y
 * @returns {DrawnTile}
 */
export function decoded(data, z, x, y) {
  /** @type {DrawnTile} */
  const found = { lines: [], areas: [], spots: [] };
  if (!data) return found;
  const tile = new VectorTile(new PbfReader(new Uint8Array(data)));
  const unit = WORLD / 2 ** z;
  for (const name of [...AREAS, ...LINES]) {
    const layer = tile.layers[name];
    for (let n = 0; layer && n < layer.length; n++) {
      const feature = layer.feature(n);
      const { kind, zh, en } = feature.properties;
      const scale = unit / layer.extent;
      const parts = feature.loadGeometry().flatMap((part) => {
        /** @type {[number, number][]} */
        const points = part.map((point) => [point.x, point.y]);
        return CUT.has(name) ? clipped(points, [0, 0, layer.extent, layer.extent]) : [points];
      });
      const lines = parts.map((part) => placed(part, scale, x * unit, y * unit));
      const box = around(lines);
      if (AREAS.includes(name)) found.areas.push({ kind: String(kind), lines, box });
      else found.lines.push({ way: { kind: String(kind), zh: String(zh || ""), en: String(en || ""), site: "", lines: [] }, lines, box });
    }
  }
  const places = tile.layers.places;
  for (let n = 0; places && n < places.length; n++) {
    const feature = places.feature(n);
    const point = feature.loadGeometry()[0]?.[0];
    // Of a place in the margin that tiles share, the tile tells that it stands in.
    if (!point || point.x < 0 || point.y < 0 || point.x >= places.extent || point.y >= places.extent) continue;
    const { kind, zh, en, rank } = feature.properties;
    const row = (y + point.y / places.extent) / 2 ** z;
    const latitude = (2 * Math.atan(Math.exp(Math.PI * (1 - 2 * row))) - Math.PI / 2) * (180 / Math.PI);
    const longitude = ((x + point.x / places.extent) / 2 ** z - 0.5) * 360;
    const named = { kind: String(kind), zh: String(zh || ""), en: String(en || "") };
    found.spots.push({ ...named, rank: Number(rank || 0), at: [latitude, longitude] });
  }
  return found;
}

/**
 * @param {[number, number][]} points
 * @param {number} scale
 * @param {number} left
 * @param {number} top
 */
function placed(points, scale, left, top) {
  const line = new Float64Array(points.length * 2);
  for (const [n, point] of points.entries()) {
    line[2 * n] = left + point[0] * scale;
    line[2 * n + 1] = top + point[1] * scale;
  }
  return line;
}

/**
 * @param {Float64Array[]} lines
 * @returns {Box}
 */
function around(lines) {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of lines) {
    for (let n = 0; n < line.length; n += 2) {
      box[0] = Math.min(box[0], line[n]);
      box[1] = Math.min(box[1], line[n + 1]);
      box[2] = Math.max(box[2], line[n]);
      box[3] = Math.max(box[3], line[n + 1]);
    }
  }
  return box;
}
