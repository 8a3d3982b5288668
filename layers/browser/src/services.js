/* Map services as layers: pictures that the server fetches, each in a pane of its own under the sites. */

import * as L from "leaflet";
import { Bd09TileLayer, Gcj02TileLayer } from "./gcj02_tiles.js";
import { paneOrder } from "./layer_order.js";
import { showMessage } from "./message.js";
import { pane } from "./pane.js";
import { boxesOf, keptTile } from "./service_tiles.js";
import { words as legendWords } from "./words.js";

/** @import { Box, Language, Plan, ServicePayload } from "./types" */

const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
const CLASSES = { wgs84: L.TileLayer, gcj02: Gcj02TileLayer, bd09: Bd09TileLayer };
/** Pixels of a tile of the map's own zoom; larger ones hold as much as four of a zoom further in. */
const SMALL = 256;
/** Zooms that a layer is shown beyond its last, larger. */
const BEYOND = 3;

class Service {
  /**
   * @param {L.Map} map
   * @param {ServicePayload} payload
   * @param {number} index among all layers, the uppermost first
   * @param {() => Language} language
   * @param {() => void} changed is told when there is something to see
   */
  constructor(map, payload, index, language, changed) {
    this.map = map;
    this.payload = payload;
    this.index = index;
    this.language = language;
    this.changed = changed;
    /** Where its pictures are that came with the page; null where they are fetched. */
    this.kept = payload.tiles ? boxesOf(payload.tiles) : null;
    /** Whether any of its pictures has come. */
    this.came = false;
    this.name = "pm-" + payload.id;
    this.visible = false;
    this.opacity = 1;
    /** @type {L.TileLayer | null} */
    this.drawn = null;
    /** Whether it was asked why tiles do not come, which is asked once each time that somebody shows the layer. */
    this.asked = false;
  }

  get home() {
    return pane(this.map, this.name, paneOrder({ own: true }, this.index, null));
  }

  /**
   * @param {boolean} visible
   * @param {number} opacity
   */
  show(visible, opacity) {
    this.visible = visible;
    this.opacity = opacity;
    if (!visible && !this.drawn) return;
    Object.assign(this.home.style, { opacity: String(opacity), pointerEvents: "none" });
    if (visible && !this.drawn) this.drawn = this.made();
    const { drawn } = this;
    if (!drawn || visible === this.map.hasLayer(drawn)) return;
    this.asked = false;
    if (!visible) {
      drawn.remove();
      return;
    }
    this.say("asked");
    drawn.addTo(this.map);
  }

  made() {
    const { url, zooms, bounds, pixels, datum } = this.payload;
    const [west, south, east, north] = bounds;
    const shift = pixels === SMALL ? 0 : 1;
    const layer = new CLASSES[datum](url + "{z}/{x}/{y}", {
      pane: this.name,
      tileSize: pixels,
      zoomOffset: -shift,
      minZoom: zooms[0] + shift,
      maxZoom: zooms[1] + shift + BEYOND,
      maxNativeZoom: zooms[1] + shift,
      bounds: [[south, west], [north, east]],
      errorTileUrl: NOTHING,
    });
    const { tiles } = this.payload;
    if (tiles) {
      /** @type {{ createTile: (at: L.Coords, done: L.DoneCallback) => HTMLElement }} */
      const open = /** @type {any} */ (layer);
      open.createTile = ({ x, y, z }, done) => keptTile(tiles, z - shift, x, y, pixels, done);
      // What is here is drawn at any zoom, larger or smaller.
      Object.assign(layer.options, { minZoom: shift, maxZoom: Infinity, maxNativeZoom: undefined });
    }
    layer.on("load", () => { if (!this.asked) this.say("drawn"); });
    layer.on("tileload", ({ tile }) => {
      if (this.came || tile.getAttribute("src") === NOTHING || tile.getAttribute("data-parts") === "0") return;
      this.came = true;
      this.changed();
    });
    layer.on("tileerror", () => { if (!this.asked) void this.ask(); });
    return layer;
  }

  /**
   * Whether any of it is in a frame.
   *
   * @param {Box} frame in degrees
   */
  isIn([west, south, east, north]) {
    const { bounds } = this.payload;
    const zoom = this.map.getZoom();
    const options = this.drawn?.options;
    const isAtZoom = options && zoom >= (options.minZoom || 0) && zoom <= (options.maxZoom ?? Infinity);
    if (!this.visible || !this.opacity || !this.came || !isAtZoom) return false;
    const boxes = this.kept || [bounds];
    return boxes.some((box) => box[0] < east && box[2] > west && box[1] < north && box[3] > south);
  }

  /** Ask why a tile did not come. */
  async ask() {
    this.asked = true;
    this.say("failed");
    const answer = await fetch(this.payload.url + "state?lang=" + this.language());
    const { words } = answer.ok ? await answer.json() : { words: "" };
    if (words && this.visible) showMessage(this.map, words);
  }

  /**
   * For whoever waits for the layer.
   *
   * @param {"asked" | "drawn" | "failed"} state
   */
  say(state) {
    Object.assign(this.home.dataset, { service: this.payload.id, state });
  }
}

export class Services {
  /**
   * @param {L.Map} map
   * @param {Plan} data
   * @param {() => Language} language
   * @param {() => void} changed is told when there is something to see
   */
  constructor(map, data, language, changed) {
    const place = (/** @type {string} */ id) => data.layers.findIndex((layer) => layer.id === id);
    this.layers = new Map(data.services.map((payload) => [payload.id, new Service(map, payload, place(payload.id), language, changed)]));
  }

  /**
   * @param {string} id
   * @param {boolean} visible
   * @param {number} opacity
   */
  setLayer(id, visible, opacity) {
    this.layers.get(id)?.show(visible, opacity);
  }

  /** @param {string[]} order ids of all layers, the uppermost first */
  setOrder(order) {
    for (const [id, layer] of this.layers) {
      layer.index = order.indexOf(id);
      if (layer.drawn) layer.home.style.zIndex = String(paneOrder({ own: true }, layer.index, null));
    }
  }

  /**
   * What the legend says of the services in view, the uppermost first.
   *
   * @param {Box} frame in degrees
   * @param {Language} language
   */
  seen(frame, language) {
    const there = [...this.layers.values()].filter((layer) => layer.isIn(frame));
    return there.sort((one, other) => one.index - other.index).map(({ payload: { legend } }) => legendWords(legend, language));
  }

  /** What is shown, in view or not. */
  get shown() {
    return [...this.layers.values()].filter(({ visible, opacity }) => visible && opacity > 0).map(({ payload }) => payload);
  }
}
