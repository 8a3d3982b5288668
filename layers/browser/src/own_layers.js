/* Own layers on the map: planning files that somebody has brought in, each in a pane of its own under the sites. */

import * as L from "leaflet";
import { ShapeMarker } from "./own_marker.js";
import { OwnPane } from "./own_pane.js";
import { OwnTileLayer } from "./own_tile_layer.js";

/** @import { Box, Language, OwnPayload, OwnSymbol, Plan } from "./types" */
/** @import { SeenOwn, Words } from "./own_pane.js" */

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

class OwnLayer extends OwnPane {
  /**
   * @param {L.Map} map
   * @param {OwnPayload} payload
   * @param {number} index among all layers, the uppermost first
   * @param {() => void} changed is told when there is more to see
   */
  constructor(map, payload, index, changed) {
    super(map, payload, index, changed);
    /** @type {L.GeoJSON | null} */
    this.drawn = null;
    /**
     * The box of each feature and the place of its symbol, for what is in view.
     *
     * @type {{ box: Box, look: number }[]}
     */
    this.features = [];
  }

  /** @override */
  get isDrawn() {
    return this.drawn !== null;
  }

  /** @override */
  begin() {
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
    this.features = features.features.map(({ bbox, properties }) => ({ box: /** @type {Box} */ (bbox), look: properties?.look }));
    this.say("drawn");
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
   * @override
   * @param {Box} frame in degrees
   * @param {Language} language
   */
  seen([west, south, east, north], language) {
    if (!this.isShown) return [];
    const seen = this.features.filter(({ box }) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south);
    const numbers = [...new Set(seen.map(({ look }) => look))].sort((one, other) => one - other);
    return numbers.flatMap((number) => {
      const look = this.payload.looks[number];
      return look ? [this.line(look, language)] : [];
    });
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
    const kind = (/** @type {OwnPayload} */ payload) => (payload.large && !payload.features ? OwnTileLayer : OwnLayer);
    /** @type {Map<string, OwnPane>} */
    this.layers = new Map(data.own.map((payload) => [payload.id, new (kind(payload))(map, payload, place(payload.id), changed)]));
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
    for (const [id, layer] of this.layers) layer.move(order.indexOf(id));
  }

  /** Have all features ready that are in the page: print does not wait. */
  load() {
    for (const layer of this.layers.values()) layer.load();
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
   * @param {Words} text
   * @returns {SeenOwn[]}
   */
  seen(frame, language, text) {
    return [...this.layers.values()].flatMap((layer) => layer.seen(frame, language, text));
  }
}
