/* Own layers on the map: planning files that somebody has brought in, each in a pane of its own under the sites. */

import * as L from "leaflet";
import { paneOrder } from "./layer_order.js";
import { pane } from "./pane.js";
import { words } from "./words.js";

/** @import { Box, Language, OwnPayload, Plan, Stroke } from "./types" */

/** @typedef {{ id: string, stroke: Stroke, form: OwnPayload["form"], words: string }} SeenOwn */

/**
 * The features of a layer, which all maps of a page share.
 *
 * @type {WeakMap<OwnPayload, Promise<GeoJSON.FeatureCollection>>}
 */
const fetched = new WeakMap();

/** @param {OwnPayload} payload */
function featuresOf(payload) {
  const found = fetched.get(payload) || ask(payload.url);
  fetched.set(payload, found);
  // Asked for again the next time that somebody shows it.
  found.catch(() => fetched.delete(payload));
  return found;
}

/**
 * @param {string} url
 * @returns {Promise<GeoJSON.FeatureCollection>}
 */
async function ask(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

class OwnLayer {
  /**
   * @param {L.Map} map
   * @param {OwnPayload} payload
   * @param {number} index among all layers, the uppermost first
   * @param {() => void} changed is told when there is more to see
   */
  constructor(map, payload, index, changed) {
    this.map = map;
    this.payload = payload;
    this.index = index;
    this.changed = changed;
    this.name = "pm-" + payload.id;
    this.visible = false;
    this.opacity = 1;
    /** @type {L.GeoJSON | null} */
    this.drawn = null;
    /**
     * The box of each feature, for what is in view.
     *
     * @type {Box[]}
     */
    this.boxes = [];
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
    Object.assign(this.home.style, { display: visible ? "" : "none", opacity: String(opacity), pointerEvents: "none" });
    if (!visible || this.drawn) return;
    // What a document has itself is there at once: the room for its legend is measured before anything is seen.
    if (this.payload.features) this.draw(this.payload.features);
    else void this.fetch();
  }

  async fetch() {
    try {
      const features = await featuresOf(this.payload);
      if (!this.drawn) this.draw(features);
    } catch {
      this.say("failed");
    }
    this.changed();
  }

  /** @param {GeoJSON.FeatureCollection} features */
  draw(features) {
    this.drawn = this.made(features).addTo(this.map);
    this.boxes = features.features.map((/** @type {GeoJSON.Feature} */ feature) => /** @type {Box} */ (feature.bbox));
    this.say("drawn");
  }

  /**
   * For whoever waits for the layer.
   *
   * @param {"drawn" | "failed"} state
   */
  say(state) {
    Object.assign(this.home.dataset, { own: this.payload.id, state });
  }

  /** @param {GeoJSON.FeatureCollection} features */
  made(features) {
    const { symbol } = this.payload;
    const renderer = L.canvas({ pane: this.name, padding: 0.25 });
    const look = {
      renderer,
      pane: this.name,
      interactive: false,
      color: symbol.colour,
      weight: symbol.width,
      dashArray: symbol.dash || undefined,
      fillColor: symbol.fill || symbol.colour,
      fillOpacity: symbol.fill ? symbol.fill_opacity : 0,
    };
    return L.geoJSON(features, {
      // Leaflet gives each geometry its look once; a point is none of those that have one.
      style: () => look,
      pointToLayer: (_, at) => L.circleMarker(at, { ...look, radius: symbol.radius }),
    });
  }

  /** @param {Box} frame in degrees */
  isIn([west, south, east, north]) {
    if (!this.visible || this.opacity <= 0 || !this.drawn) return false;
    return this.boxes.some((box) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south);
  }
}

export class OwnLayers {
  /**
   * @param {L.Map} map
   * @param {Plan} data
   * @param {() => void} changed is told when there is more to see
   */
  constructor(map, data, changed) {
    const place = (/** @type {string} */ id) => data.layers.findIndex((layer) => layer.id === id);
    this.layers = new Map(data.own.map((payload) => [payload.id, new OwnLayer(map, payload, place(payload.id), changed)]));
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

  /** What is shown, in view or not. */
  get shown() {
    return [...this.layers.values()].filter(({ visible, opacity }) => visible && opacity > 0).map(({ payload }) => payload);
  }

  /**
   * What the legend says of the layers in view.
   *
   * @param {Box} frame in degrees
   * @param {Language} language
   * @returns {SeenOwn[]}
   */
  seen(frame, language) {
    return [...this.layers.values()].filter((layer) => layer.isIn(frame)).map(({ payload }) => ({
      id: payload.id, stroke: payload.symbol, form: payload.form, words: words(payload.legend, language),
    }));
  }
}
