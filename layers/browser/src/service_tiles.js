/* The pictures of map services that came with a page: what is there is drawn smaller or larger where it has to be. */

/** @import { Box } from "./types" */

/** For how many zooms pictures are made of finer ones, and of coarser ones. */
const FINER = 3;
const COARSER = 6;

/** @typedef {Record<string, string>} Tiles addresses that hold a picture, by `zoom/column/row` */

/**
 * What a tile is drawn from: pictures with the part of them that is taken and where it goes, both as shares of a side.
 *
 * @typedef {{ key: string, from: [left: number, top: number, side: number], to: [left: number, top: number, side: number] }} Part
 */

/** @type {Map<string, Promise<HTMLImageElement>>} */
const pictures = new Map();

/** @param {string} address */
function pictureOf(address) {
  const known = pictures.get(address);
  if (known) return known;
  const image = new Image();
  const found = new Promise((/** @type {(image: HTMLImageElement) => void} */ resolve, reject) => {
    image.onload = () => resolve(image);
    image.onerror = reject;
  });
  image.src = address;
  pictures.set(address, found);
  return found;
}

/**
 * A tile drawn from what is there; empty where that is nothing.
 *
 * @param {Tiles} tiles
 * @param {number} zoom
 * @param {number} x
 * @param {number} y
 * @param {number} side in pixels
 * @param {(error?: Error, tile?: HTMLElement) => void} done
 * @returns {HTMLElement}
 */
export function keptTile(tiles, zoom, x, y, side, done) {
  const canvas = document.createElement("canvas");
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = canvas.height = side * ratio;
  const parts = partsOf(tiles, zoom, x, y);
  canvas.setAttribute("data-parts", String(parts.length));
  void Promise.all(parts.map(async ({ key, from, to }) => {
    const image = await pictureOf(tiles[key]);
    const [wide, high] = [image.naturalWidth, image.naturalHeight];
    const whole = canvas.width;
    canvas.getContext("2d")?.drawImage(
      image, from[0] * wide, from[1] * high, from[2] * wide, from[2] * high, to[0] * whole, to[1] * whole, to[2] * whole, to[2] * whole,
    );
  })).catch(() => {}).then(() => done(undefined, canvas));
  return canvas;
}

/**
 * @param {Tiles} tiles
 * @param {number} zoom
 * @param {number} x
 * @param {number} y
 * @returns {Part[]}
 */
export function partsOf(tiles, zoom, x, y) {
  const finer = finerParts(tiles, zoom, x, y, 0, 0, 1, FINER);
  if (finer.length) return finer;
  for (let step = 1; step <= Math.min(COARSER, zoom); step++) {
    const many = 2 ** step;
    const key = `${zoom - step}/${Math.floor(x / many)}/${Math.floor(y / many)}`;
    if (key in tiles) return [{ key, from: [(x % many) / many, (y % many) / many, 1 / many], to: [0, 0, 1] }];
  }
  return [];
}

/**
 * @param {Tiles} tiles
 * @param {number} zoom
 * @param {number} x
 * @param {number} y
 * @param {number} left where it goes
 * @param {number} top
 * @param {number} side
 * @param {number} steps how many zooms finer is looked
 * @returns {Part[]}
 */
function finerParts(tiles, zoom, x, y, left, top, side, steps) {
  const key = `${zoom}/${x}/${y}`;
  if (key in tiles) return [{ key, from: [0, 0, 1], to: [left, top, side] }];
  if (!steps) return [];
  return [[0, 0], [1, 0], [0, 1], [1, 1]].flatMap(([right, down]) => finerParts(
    tiles, zoom + 1, 2 * x + right, 2 * y + down, left + (right * side) / 2, top + (down * side) / 2, side / 2, steps - 1,
  ));
}

/**
 * Where pictures are, in degrees.
 *
 * @param {Tiles} tiles
 * @returns {Box[]}
 */
export function boxesOf(tiles) {
  return Object.keys(tiles).map((key) => {
    const [zoom, x, y] = key.split("/").map(Number);
    const side = 2 ** zoom;
    const latitude = (/** @type {number} */ row) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / side))) * 180) / Math.PI;
    return [(x / side) * 360 - 180, latitude(y + 1), ((x + 1) / side) * 360 - 180, latitude(y)];
  });
}
