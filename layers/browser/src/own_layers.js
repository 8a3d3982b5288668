/* Own layers on the map: planning files that somebody has brought in, each in a pane of its own under the sites. */

import * as L from "leaflet";
import { hatchAreas } from "./own_hatch.js";
import { ownLabels } from "./own_labels.js";
import { ShapeMarker } from "./own_marker.js";
import { OwnPane } from "./own_pane.js";
import { OwnTileLayer } from "./own_tile_layer.js";

/** @import { Asked, Box, Language, OwnPayload, OwnSymbol, Plan } from "./types" */
/** @import { SeenOwn, Words } from "./own_pane.js" */

/** How many answers are kept: somebody who asks again and again does not fill the browser's memory. */
const KEPT = 12;

/**
 * Features by their address, which all maps of a page share.
 *
 * @type {Map<string, Promise<GeoJSON.FeatureCollection>>}
 */
const fetched = new Map();

/** @param {string} url */
function featuresOf(url) {
  const found = fetched.get(url) || ask(url);
  fetched.delete(url);
  fetched.set(url, found);
  const oldest = fetched.keys().next().value;
  if (fetched.size > KEPT && oldest !== undefined) fetched.delete(oldest);
  // Asked for again the next time that somebody shows it.
  found.catch(() => fetched.delete(url));
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
     * Each feature with its box and the place of its symbol, for what is in view.
     *
     * @type {{ box: Box, look: number, feature: GeoJSON.Feature }[]}
     */
    this.features = [];
  }

  /** @override */
  get isDrawn() {
    return this.drawn !== null;
  }

  /**
   * @override
   * @param {Asked | null} asked
   */
  ask(asked) {
    const before = this.asked;
    super.ask(asked);
    if (before?.url === asked?.url && before?.ids === asked?.ids) return;
    this.drawn?.remove();
    this.drawn = null;
    this.features = [];
    if (this.visible) this.show(true, this.opacity);
  }

  /** @override */
  begin() {
    // What a document has itself is there at once: the room for its legend is measured before anything is seen.
    if (this.payload.features) this.draw(this.among(this.payload.features));
    else void this.fetch();
  }

  async fetch() {
    const { asked } = this;
    const url = asked ? asked.url : this.payload.url;
    // What cannot be answered has no address; its words say why.
    const features = url ? await featuresOf(url).catch(() => null) : null;
    // Somebody has asked something else since.
    if (asked?.url !== this.asked?.url) return;
    if (!features) {
      this.say("failed");
      await this.askWhy();
    } else if (!this.drawn) this.draw(features);
    this.changed();
  }

  /**
   * Those features that are asked for, of all that a document has itself.
   *
   * @param {GeoJSON.FeatureCollection} features
   */
  among(features) {
    if (!this.asked) return features;
    const wanted = new Set(this.asked.ids);
    return { ...features, features: features.features.filter(({ id }) => wanted.has(Number(id))) };
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
   * @override
   * @param {"drawn" | "failed" | "making"} state
   */
  say(state) {
    super.say(state);
    this.home.dataset.count = String(this.features.length);
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
      // Round ends would close the gaps of fine dashes; on paper they are flat too.
      lineCap: symbol.dash ? "butt" : "round",
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
  seen(frame, language) {
    if (!this.isShown) return [];
    if (this.why && !this.drawn) return this.whyLine(language);
    const numbers = [...new Set(this.featuresIn(frame).map(({ look }) => look))].sort((one, other) => one - other);
    const lines = numbers.flatMap((number) => {
      const look = this.payload.looks[number];
      return look ? [this.line(look, language)] : [];
    });
    // What is asked for is said though nothing of it is in view, or it cannot be told.
    return lines.length || !this.asked ? lines : [{ id: this.payload.id, form: this.payload.form, symbol: null, words: this.asked.words }];
  }

  /**
   * The features in view.
   *
   * @override
   * @param {Box} frame in degrees
   */
  featuresIn([west, south, east, north]) {
    if (!this.isShown || !this.drawn) return [];
    return this.features.filter(({ box }) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south);
  }
}

/** A layer that comes in tiles, and feature by feature where somebody asks for a part of it that has few. */
class LargeLayer {
  /**
   * @param {OwnLayer} few
   * @param {OwnTileLayer} tiles of all of it
   * @param {OwnTileLayer} part the tiles of a part
   */
  constructor(few, tiles, part) {
    this.few = few;
    this.tiles = tiles;
    this.part = part;
    this.payload = tiles.payload;
    /** @type {OwnPane} */
    this.now = this.of(null);
  }

  /**
   * What draws all of it, or the part that is asked for.
   *
   * @param {Asked | null} asked
   */
  of(asked) {
    if (asked) return asked.large ? this.part : this.few;
    // A document has all features itself that its views show, if those are few.
    return this.payload.tiles || !this.payload.features ? this.tiles : this.few;
  }

  get visible() {
    return this.now.visible;
  }

  get opacity() {
    return this.now.opacity;
  }

  /**
   * @param {boolean} visible
   * @param {number} opacity
   */
  show(visible, opacity) {
    this.now.show(visible, opacity);
  }

  /** @param {Asked | null} asked */
  ask(asked) {
    const { visible, opacity } = this.now;
    const next = this.of(asked);
    // All have one pane: what is hidden goes first.
    if (next !== this.now) this.now.show(false, opacity);
    this.now = next;
    this.few.ask(asked?.large ? null : asked);
    this.part.ask(asked?.large ? asked : null);
    this.now.show(visible, opacity);
  }

  /** @param {number} index */
  move(index) {
    for (const each of [this.few, this.tiles, this.part]) each.move(index);
  }

  load() {
    this.tiles.load();
  }

  /**
   * @param {Box} frame
   * @param {Language} language
   * @param {Words} text
   */
  seen(frame, language, text) {
    return this.now.seen(frame, language, text);
  }

  /** @param {Box} frame in degrees */
  featuresIn(frame) {
    return this.now.featuresIn(frame);
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
    /** @type {Map<string, OwnPane | LargeLayer>} */
    this.layers = new Map(data.own.map((payload) => {
      const few = new OwnLayer(map, payload, place(payload.id), changed);
      const tiles = () => new OwnTileLayer(map, payload, place(payload.id), changed);
      return [payload.id, payload.large ? new LargeLayer(few, tiles(), tiles()) : few];
    }));
  }

  /**
   * @param {string} id
   * @param {boolean} visible
   * @param {number} opacity
   */
  setLayer(id, visible, opacity) {
    this.layers.get(id)?.show(visible, opacity);
  }

  /** @param {Record<string, Asked>} asked by the ids of layers; all is shown of those that are not in it */
  ask(asked) {
    for (const [id, layer] of this.layers) layer.ask(asked[id] || null);
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
   * @param {Words} text
   * @returns {SeenOwn[]}
   */
  seen(frame, language, text) {
    return [...this.layers.values()].flatMap((layer) => layer.seen(frame, language, text));
  }
}
