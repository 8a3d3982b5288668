/* An own layer with very many features: its tiles, which the server may still have to make. */

import { OwnPane } from "./own_pane.js";
import { OwnTiles, loadTiles } from "./own_tiles.js";

/** @import { Map } from "leaflet" */
/** @import { Box, Language, OwnLook, OwnPayload, OwnTileSource } from "./types" */
/** @import { Words } from "./own_pane.js" */
/** @import { InView } from "./own_tile.js" */
/** @import { Look } from "./own_tiles.js" */

/** How long to wait until asking again how far the tiles are. */
const AGAIN_MS = 700;

/**
 * The tiles of a layer, which all maps of a page share.
 *
 * @type {WeakMap<OwnPayload, OwnTileSource>}
 */
const known = new WeakMap();

export class OwnTileLayer extends OwnPane {
  /**
   * @param {Map} map
   * @param {OwnPayload} payload
   * @param {number} index among all layers, the uppermost first
   * @param {() => void} changed is told when there is more to see
   */
  constructor(map, payload, index, changed) {
    super(map, payload, index, changed);
    /** @type {OwnTiles | null} */
    this.drawn = null;
    /** @type {OwnTileSource | null} */
    this.source = null;
    /**
     * Null until the tiles in view are there.
     *
     * @type {InView | null}
     */
    this.inView = null;
    /** What share of the tiles has been made, in hundredths; null if none are being made. */
    this.done = /** @type {number | null} */ (null);
    /** Why there are none. */
    this.fault = "";
    this.asking = false;
  }

  /** @override */
  get isDrawn() {
    return this.drawn !== null;
  }

  /**
   * @override
   * @param {boolean} visible
   * @param {number} opacity
   */
  show(visible, opacity) {
    super.show(visible, opacity);
    if (!this.drawn) return;
    // What nobody sees fetches nothing.
    if (visible && this.isAtZoom()) this.drawn.addTo(this.map);
    else this.drawn.remove();
  }

  /** @override */
  begin() {
    const source = this.payload.tiles || known.get(this.payload);
    if (source) this.draw(source);
    else if (!this.asking) void this.wait();
  }

  /** @override */
  load() {
    if (this.payload.tiles) loadTiles(this.payload.tiles);
  }

  /** Ask for the tiles until they are there, or nobody wants to see the layer any more. */
  async wait() {
    this.asking = true;
    this.fault = "";
    try {
      while (this.visible) {
        const answer = await fetch(this.payload.url);
        if (answer.status === 200) {
          const source = await answer.json();
          known.set(this.payload, source);
          this.done = null;
          this.draw(source);
          break;
        }
        if (answer.status !== 202) throw new Error(answer.status === 409 ? await answer.text() : "");
        this.working((await answer.json()).done);
        await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
      }
    } catch (error) {
      this.done = null;
      this.fault = (error instanceof Error && error.message) || "failed";
      this.say("failed");
    }
    this.asking = false;
    this.changed();
  }

  /** @param {number} share that has been made */
  working(share) {
    const done = Math.floor(100 * share);
    if (done === this.done) return;
    this.done = done;
    this.say("making");
    this.changed();
  }

  /** @param {OwnTileSource} source */
  draw(source) {
    if (this.drawn) return;
    this.source = source;
    this.drawn = new OwnTiles(source, {
      look: (category) => this.lookOf(category),
      kind: this.payload.form === "mixed" ? "area" : this.payload.form,
      pane: this.name,
      order: this.order,
      told: (inView) => this.tell(inView),
      failed: () => {
        this.say("failed");
        void this.askWhy();
      },
    });
    this.show(this.visible, this.opacity);
  }

  /**
   * @override
   * @param {number} index
   */
  move(index) {
    super.move(index);
    if (this.drawn) this.drawn.order = this.order;
  }

  /**
   * All that a view can have: a briefing makes room for its legend before the tiles are there.
   *
   * @returns {InView}
   */
  get all() {
    const tiles = this.payload.tiles;
    return { cells: 0, features: 0, drawn: 0, categories: tiles ? [...tiles.looks.keys()] : [] };
  }

  /** @param {InView} inView */
  tell(inView) {
    if (!this.drawn?.tiles.complete) return;
    this.say("drawn");
    this.why = null;
    if (JSON.stringify(inView) === JSON.stringify(this.inView)) return;
    this.inView = inView;
    this.changed();
  }

  /**
   * @param {number} category
   * @returns {OwnLook | null} null if it is not drawn
   */
  look(category) {
    const number = this.source?.looks[category] ?? -1;
    return number < 0 ? this.source?.rest || null : this.payload.looks[number];
  }

  /**
   * @param {number} category
   * @returns {Look}
   */
  lookOf(category) {
    const symbol = this.look(category)?.symbol;
    if (!symbol) return {};
    return {
      fill: symbol.fill || undefined,
      fillOpacity: symbol.fill_opacity,
      stroke: symbol.colour || undefined,
      strokeOpacity: symbol.opacity,
      width: symbol.width,
      dash: symbol.dash ? symbol.dash.split(" ").map(Number) : [],
      radius: symbol.radius,
      marker: symbol.marker,
    };
  }

  /**
   * @override
   * @param {Box} _frame
   * @param {Language} language
   * @param {Words} text
   */
  seen(_frame, language, text) {
    if (!this.isShown) return [];
    const { id, form } = this.payload;
    const name = language === "zh" ? this.payload.zh : this.payload.en;
    const say = (/** @type {string} */ words) => ({ id, form, symbol: null, words });
    const filled = (/** @type {string} */ key, /** @type {Record<string, string>} */ values) =>
      text(key).replace(/\{(\w+)\}/g, (whole, part) => values[part] ?? whole);
    if (this.done !== null) return [say(filled("legend.own-making", { name, done: String(this.done) }))];
    if (this.fault) return [say(filled("legend.own-" + (this.fault === "cancelled" ? "cancelled" : "failed"), { name }))];
    if (this.whyLine(language).length) return this.whyLine(language);
    const { cells, features, drawn, categories } = this.inView || this.all;
    const looks = [...new Set(categories.map((category) => this.look(category)))].flatMap((look) => (look ? [look] : []));
    const figures = { name, cells: figure(cells), features: figure(features), drawn: figure(drawn) };
    const key = !cells ? "" : drawn ? "legend.own-cells-and-drawn" : "legend.own-cells";
    return [...(key ? [say(filled(key, figures))] : []), ...looks.map((look) => this.line(look, language))];
  }
}

/** @param {number} number */
function figure(number) {
  return number.toLocaleString("en-US");
}
