/* Own layers on the map: planning files that somebody has brought in, each in a pane of its own under the sites. */

import * as L from "leaflet";
import { paneOrder } from "./layer_order.js";
import { hatchAreas } from "./own_hatch.js";
import { ownLabels } from "./own_labels.js";
import { ShapeMarker } from "./own_marker.js";
import { pane } from "./pane.js";
import { words } from "./words.js";

/** @import { Box, Language, OwnPayload, OwnSymbol, Plan } from "./types" */

/** @typedef {{ id: string, symbol: OwnSymbol, form: OwnPayload["form"], words: string }} SeenOwn */

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
     * Each feature with its box and the place of its symbol, for what is in view.
     *
     * @type {{ box: Box, look: number, feature: GeoJSON.Feature }[]}
     */
    this.features = [];
    map.on("zoomend", () => { if (this.visible) this.show(true, this.opacity); });
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
    const display = visible && this.isAtZoom() ? "" : "none";
    Object.assign(this.home.style, { display, opacity: String(opacity * this.payload.opacity), pointerEvents: "none" });
    if (!visible || this.drawn) return;
    // What a document has itself is there at once: the room for its legend is measured before anything is seen.
    if (this.payload.features) this.draw(this.payload.features);
    else void this.fetch();
  }

  /** Whether it is drawn at the zoom of the map. */
  isAtZoom() {
    const [first, last] = this.payload.zooms;
    const zoom = this.map.getZoom();
    return first <= zoom + 1e-6 && zoom - 1e-6 <= last;
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
    this.features = features.features.map((feature) => (
      { box: /** @type {Box} */ (feature.bbox), look: feature.properties?.look, feature }
    ));
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
    const renderer = L.canvas({ pane: this.name, padding: 0.25 });
    const looks = this.payload.looks.map((look) => look && { ...this.leafletLook(look.symbol), renderer });
    const of = (/** @type {GeoJSON.Feature | undefined} */ feature) => looks[feature?.properties?.look] || {};
    // What the legend has first lies uppermost, as on paper.
    const ordered = [...features.features].sort((one, other) => other.properties?.look - one.properties?.look);
    const collection = /** @type {GeoJSON.FeatureCollection} */ ({ type: "FeatureCollection", features: ordered });
    return L.geoJSON(collection, {
      onEachFeature: (feature, layer) => {
        const hatch = this.payload.looks[feature.properties?.look]?.symbol.hatch;
        if (hatch) hatchAreas(layer, hatch);
      },
      style: of,
      pointToLayer: (feature, at) => {
        const look = /** @type {L.CircleMarkerOptions & { marker: OwnSymbol["marker"] }} */ (of(feature));
        return look.marker === "circle" ? L.circleMarker(at, look) : new ShapeMarker(at, look);
      },
    });
  }

  /** @param {OwnSymbol} symbol */
  leafletLook(symbol) {
    return {
      pane: this.name,
      interactive: false,
      stroke: Boolean(symbol.colour),
      color: symbol.colour || "transparent",
      opacity: symbol.opacity,
      weight: symbol.width,
      dashArray: symbol.dash || undefined,
      fill: Boolean(symbol.fill),
      fillColor: symbol.fill || undefined,
      fillOpacity: symbol.fill_opacity,
      radius: symbol.radius,
      marker: symbol.marker,
    };
  }

  /**
   * The places of the symbols in view.
   *
   * @param {Box} frame in degrees
   */
  looksIn(frame) {
    return [...new Set(this.featuresIn(frame).map(({ look }) => look))].sort((one, other) => one - other);
  }

  /**
   * The features in view.
   *
   * @param {Box} frame in degrees
   */
  featuresIn([west, south, east, north]) {
    if (!this.visible || this.opacity <= 0 || !this.drawn || !this.isAtZoom()) return [];
    return this.features.filter(({ box }) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south);
  }
}

export class OwnLayers {
  /**
   * @param {L.Map} map
   * @param {Plan} data
   * @param {() => void} changed is told when there is more to see
   */
  constructor(map, data, changed) {
    this.map = map;
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
   * The labels of the layers in view.
   *
   * @param {Box} frame in degrees
   * @param {number} size how much larger than usual names are
   */
  labels(frame, size) {
    return [...this.layers.values()].flatMap((layer) => ownLabels(layer.payload, layer.featuresIn(frame), this.map, size));
  }

  /**
   * What the legend says of the layers in view.
   *
   * @param {Box} frame in degrees
   * @param {Language} language
   * @returns {SeenOwn[]}
   */
  seen(frame, language) {
    return [...this.layers.values()].flatMap((layer) => layer.looksIn(frame).map((number) => {
      const { id, form, looks } = layer.payload;
      const look = /** @type {NonNullable<typeof looks[number]>} */ (looks[number]);
      return { id, form, symbol: look.symbol, words: words(look, language) };
    }));
  }
}
