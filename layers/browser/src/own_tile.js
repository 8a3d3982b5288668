/* A tile of a layer that somebody has brought in: the other half is geo/tiles/thinned/. */

import { PbfReader } from "pbf";

/** @typedef {"point" | "line" | "area"} GeometryKind */

/**
 * Shapes of one category and kind, which are drawn at once.
 *
 * @typedef {object} ShapeGroup
 * @property {number} category
 * @property {GeometryKind} kind
 * @property {Int32Array} positions x and y of each position in turn, in units of the tile
 * @property {number[]} starts where each line, ring or cloud of points begins in `positions`
 * @property {Path2D} [path] made of them when they are drawn for the first time
 */

/**
 * Squares that stand for features, in columns.
 *
 * @typedef {object} Cells
 * @property {number} pixels side of a cell in pixels of a tile of 512
 * @property {Uint16Array} columns
 * @property {Uint16Array} rows
 * @property {number[]} counts
 * @property {number[]} cover hundredths of the cell that its features cover; empty for points
 * @property {number[]} listed the categories that the tile has
 * @property {number[][]} byCategory counts of each of them; empty where there is one
 */

/**
 * The features that are drawn, in columns: a view may have a hundred thousand.
 *
 * @typedef {object} Features
 * @property {number[]} ids
 * @property {number[]} categories
 * @property {number[]} columns of the first position of each, in units of the tile
 * @property {number[]} rows
 */

/** @typedef {Omit<ShapeGroup, "positions" | "path"> & { positions: number[] }} Growing */

/**
 * @typedef {object} OwnTile
 * @property {number} z
 * @property {number} x
 * @property {number} y
 * @property {number} extent units of its side
 * @property {ShapeGroup[]} groups areas first, then lines, then points
 * @property {Features} features
 * @property {Cells} cells
 */

/** @import { Box } from "./types" */

/**
 * What is in view: so many cells stand for so many features, and so many more are drawn as they are; and the categories
 * that are seen.
 *
 * @typedef {{ cells: number, features: number, drawn: number, categories: number[] }} InView
 */

export const TILE_PIXELS = 512;
const WORLD = 256;
const CELL_PIXELS = 4;
/** Number of the field with the cells, see geo/tiles/thinned/cells.py. */
const CELLS = 16;
/** @type {Record<number, GeometryKind>} */
const KINDS = { 1: "point", 2: "line", 3: "area" };
const ORDER = ["area", "line", "point"];

/**
 * @param {ArrayBuffer | null} data nothing for a tile that is not there
 * @param {number} z
 * @param {number} x
 * @param {number} y
 * @returns {OwnTile}
 */
export function ownTile(data, z, x, y) {
  /** @type {OwnTile} */
  const tile = { z, x, y, extent: 4096, groups: [], features: { ids: [], categories: [], columns: [], rows: [] }, cells: noCells() };
  if (!data) return tile;
  /** @type {Map<string, Growing>} */
  const groups = new Map();
  new PbfReader(new Uint8Array(data)).readFields((tag, found, reader) => {
    if (tag === 3) readLayer(reader, found, groups);
    else if (tag === CELLS) found.cells = readCells(reader);
  }, tile);
  const made = [...groups.values()].map((group) => ({ ...group, positions: Int32Array.from(group.positions) }));
  // What the legend has first lies uppermost, as on paper.
  tile.groups = made.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || other.category - one.category);
  return tile;
}

/** @returns {Cells} */
function noCells() {
  return { pixels: CELL_PIXELS, columns: new Uint16Array(), rows: new Uint16Array(), counts: [], cover: [], listed: [0], byCategory: [] };
}

/** @param {PbfReader} reader */
function readCells(reader) {
  const cells = noCells();
  /** @type {number[]} */
  const steps = [];
  reader.readMessage((tag, found) => {
    if (tag === 1) found.pixels = reader.readVarint();
    else if (tag === 2) reader.readPackedVarint(steps);
    else if (tag === 3) reader.readPackedVarint(found.counts);
    else if (tag === 4) reader.readPackedVarint(found.cover);
    else if (tag === 5) found.byCategory.push(reader.readPackedVarint([]));
    else if (tag === 7) found.listed = reader.readPackedVarint([]);
  }, cells);
  cells.columns = new Uint16Array(steps.length);
  cells.rows = new Uint16Array(steps.length);
  let place = 0;
  for (const [n, step] of steps.entries()) {
    place += step;
    cells.columns[n] = everySecond(place);
    cells.rows[n] = everySecond(place >> 1);
  }
  return cells;
}

/**
 * Every second bit of a number, from the lowest on.
 *
 * @param {number} number below 2 ** 14
 */
function everySecond(number) {
  let bits = number & 0x5555;
  bits = (bits | (bits >> 1)) & 0x3333;
  bits = (bits | (bits >> 2)) & 0x0f0f;
  return (bits | (bits >> 4)) & 0xff;
}

/**
 * @param {PbfReader} reader
 * @param {OwnTile} tile
 * @param {Map<string, Growing>} groups
 */
function readLayer(reader, tile, groups) {
  const begin = reader.pos;
  // The numbers of categories as other encoders list them: in the order in which features have them.
  /** @type {number[]} */
  const numbers = [];
  reader.readMessage((tag) => {
    if (tag === 4) numbers.push(readNumber(reader));
    else if (tag === 5) tile.extent = reader.readVarint();
  }, null);
  reader.pos = begin;
  reader.readMessage((tag) => {
    if (tag === 2) readFeature(reader, tile, groups, numbers);
  }, null);
}

/** @param {PbfReader} reader */
function readNumber(reader) {
  const found = { number: 0 };
  reader.readMessage((tag, value) => {
    // Whole numbers, whatever their sign might have been.
    if (tag === 4 || tag === 5) value.number = reader.readVarint();
    else if (tag === 6) value.number = reader.readSVarint();
  }, found);
  return found.number;
}

const read = { id: 0, category: 0, kind: 0, at: 0 };

/**
 * @param {PbfReader} reader
 * @param {OwnTile} tile
 * @param {Map<string, Growing>} groups
 * @param {number[]} numbers
 */
function readFeature(reader, tile, groups, numbers) {
  Object.assign(read, { id: 0, category: 0, kind: 0, at: 0 });
  reader.readMessage((tag, found) => {
    if (tag === 1) found.id = reader.readVarint();
    else if (tag === 2) found.category = numbers[reader.readPackedVarint([])[1]] ?? 0;
    else if (tag === 3) found.kind = reader.readVarint();
    else if (tag === 4) found.at = reader.pos;
  }, read);
  const kind = KINDS[read.kind];
  if (!kind || !read.at) return;
  const key = `${read.category} ${kind}`;
  let group = groups.get(key);
  if (!group) groups.set(key, (group = { category: read.category, kind, positions: [], starts: [] }));
  const first = group.positions.length;
  const after = reader.pos;
  reader.pos = read.at;
  readGeometry(reader, group);
  reader.pos = after;
  tile.features.ids.push(read.id);
  tile.features.categories.push(read.category);
  tile.features.columns.push(group.positions[first]);
  tile.features.rows.push(group.positions[first + 1]);
}

/**
 * @param {PbfReader} reader
 * @param {Growing} group
 */
function readGeometry(reader, { positions, starts }) {
  const end = reader.readVarint() + reader.pos;
  let [x, y] = [0, 0];
  while (reader.pos < end) {
    const command = reader.readVarint();
    const does = command & 7;
    if (does === 7) continue;
    if (does === 1) starts.push(positions.length);
    for (let count = command >> 3; count > 0; count--) {
      x += reader.readSVarint();
      y += reader.readSVarint();
      positions.push(x, y);
    }
  }
}

/**
 * The category of which a cell has most, of those that are shown, and how many features of all that are shown it has.
 *
 * @param {Cells} cells
 * @param {number} n number of the cell
 * @param {Set<number> | null} shown
 */
export function foremost({ counts, listed, byCategory }, n, shown) {
  if (!byCategory.length) return { category: listed[0], count: !shown || shown.has(listed[0]) ? counts[n] : 0 };
  let [category, most, count] = [0, 0, 0];
  for (let number = 0; number < byCategory.length; number++) {
    const here = byCategory[number][n];
    if (!here || (shown && !shown.has(listed[number]))) continue;
    count += here;
    if (here > most) [category, most] = [listed[number], here];
  }
  return { category, count };
}

/**
 * @param {OwnTile[]} tiles
 * @param {Box} view in pixels of the world at zoom 0
 * @param {Set<number> | null} shown
 * @returns {InView}
 */
export function inView(tiles, view, shown) {
  const found = { cells: 0, features: 0, drawn: 0 };
  /** @type {Set<number>} */
  const drawn = new Set();
  /** @type {Set<number>} */
  const seen = new Set();
  for (const { z, x, y, extent, cells, features } of tiles) {
    const side = WORLD / 2 ** z;
    const [west, north, east, south] = [view[0] / side - x, view[1] / side - y, view[2] / side - x, view[3] / side - y];
    const step = cells.pixels / TILE_PIXELS;
    for (let n = 0; n < cells.counts.length; n++) {
      const [column, row] = [cells.columns[n], cells.rows[n]];
      if ((column + 1) * step <= west || column * step >= east || (row + 1) * step <= north || row * step >= south) continue;
      const { category, count } = foremost(cells, n, shown);
      if (!count) continue;
      found.cells++;
      found.features += count;
      seen.add(category);
    }
    const { ids, categories, columns, rows } = features;
    for (let n = 0; n < ids.length; n++) {
      const [right, down] = [columns[n] / extent, rows[n] / extent];
      // What begins out of view may still reach into it; where it begins is as good as anything to count it by.
      const isIn = right >= west && right <= east && down >= north && down <= south;
      if (!isIn || (shown && !shown.has(categories[n]))) continue;
      drawn.add(ids[n]);
      seen.add(categories[n]);
    }
  }
  return { ...found, drawn: drawn.size, categories: [...seen].sort((one, other) => one - other) };
}
