/* A picture that somebody has added as ground, such as an orthophoto: over the drawn ground, under sites and names. */

import * as L from "leaflet";
import { mercatorRow } from "./ground_tiles.js";
import { pane } from "./pane.js";

/** @import { PicturePayload } from "./types" */

const PANE = "pm-picture";
/** Over roads and areas: where the picture ends, they go on. */
const ORDER = 204;
/** Tiles of 256 pixels are those of the map's own zoom; larger ones hold as much as four of a zoom further in. */
const SMALL = 256;
const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

class Tiles extends L.TileLayer {
  /**
   * @param {PicturePayload} picture
   * @param {[number, number]} zooms of its tiles
   * @param {number} out for how many zooms farther out they are shown, smaller
   */
  constructor(picture, zooms, out) {
    const [west, south, east, north] = picture.bounds;
    const shift = picture.pixels === SMALL ? 0 : 1;
    super(picture.url + "{z}/{x}/{y}", {
      pane: PANE,
      tileSize: picture.pixels,
      zoomOffset: -shift,
      // Farther out there would be thousands of them.
      minZoom: zooms[0] + shift - out,
      minNativeZoom: zooms[0] + shift,
      maxNativeZoom: zooms[1] + shift,
      bounds: [[south, west], [north, east]],
      errorTileUrl: NOTHING,
      className: "pm-picture-tile",
    });
    this.picture = picture;
  }

  /**
   * @override
   * @param {L.Coords} at
   */
  getTileUrl(at) {
    const { tiles, type } = this.picture;
    if (!tiles) return super.getTileUrl(at);
    const zoom = this._getZoomForUrl();
    const data = tiles[`${zoom}/${at.x}/${at.y}`];
    // Under finer tiles the edge of a coarse one would show as a blur.
    return data && !this.isCovered(tiles, zoom, at) ? `data:${type};base64,${data}` : NOTHING;
  }

  /**
   * Whether the finer tiles of a place are all there.
   *
   * @param {Record<string, string>} tiles
   * @param {number} zoom
   * @param {{ x: number, y: number }} at
   * @returns {boolean}
   */
  isCovered(tiles, zoom, { x, y }) {
    const [west, south, east, north] = this.picture.bounds;
    const side = 2 ** (zoom + 1);
    const row = (/** @type {number} */ latitude) => Math.floor(mercatorRow(latitude) * side);
    const column = (/** @type {number} */ longitude) => Math.floor((longitude / 360 + 0.5) * side);
    for (const [right, down] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      const [left, top] = [2 * x + right, 2 * y + down];
      const outside = left < column(west) || left > column(east) || top < row(north) || top > row(south);
      if (!outside && !(`${zoom + 1}/${left}/${top}` in tiles)) return false;
    }
    return true;
  }
}

/**
 * The picture as layers, the lowest first. Of one that came with a page only some fine tiles are there, so that the
 * coarser ones lie beneath them.
 *
 * @param {L.Map} map
 * @param {PicturePayload} picture
 */
export function pictureLayers(map, picture) {
  pane(map, PANE, ORDER).style.pointerEvents = "none";
  const { tiles, zooms } = picture;
  if (!tiles) return [new Tiles(picture, zooms, 3)];
  const there = [...new Set(Object.keys(tiles).map((key) => Number(key.split("/")[0])))].sort((one, other) => one - other);
  return there.map((zoom, n) => new Tiles(picture, [zoom, zoom], n ? 1 : 3));
}
