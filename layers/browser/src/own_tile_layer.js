/* An own layer with very many features: its tiles, which the server may still have to make. */

import { OwnPane } from "./own_pane.js";
import { TileLabels } from "./own_tile_labels.js";
import { OwnTiles, loadTiles } from "./own_tiles.js";

/** @import { Map as LeafletMap } from "leaflet" */
/** @import { Asked, Box, Language, OwnLook, OwnPayload, OwnTileSource } from "./types" */
/** @import { SeenFeature, Words } from "./own_pane.js" */
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

/** How many large answers are kept. */
const KEPT = 6;

/**
 * The tiles of answers by their address; those used last at the end.
 *
 * @type {Map<string, OwnTileSource>}
 */
const answers = new Map();

export class OwnTileLayer extends OwnPane {
  /**
   * @param {LeafletMap} map
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
    /** Where somebody is asking for the tiles now. */
    this.asking = "";
    this.labels = new TileLabels(map, payload, () => {
      this.home.dataset.labels = String(this.labels.features.length);
      changed();
    });
  }

  /** Where what there is to know of the tiles is. */
  get address() {
    return this.asked ? this.asked.url : this.payload.url;
  }

  /**
   * What is known of the tiles, if anything.
   *
   * @returns {OwnTileSource | undefined}
   */
  get ready() {
    const { asked, payload } = this;
    if (!asked) return payload.tiles || known.get(payload);
    return asked.answer === undefined ? answers.get(asked.url) : payload.answers?.[asked.answer];
  }

  /**
   * @override
   * @param {Asked | null} asked
   */
  ask(asked) {
    const before = this.asked;
    super.ask(asked);
    if (before?.url === asked?.url && before?.answer === asked?.answer) return;
    this.drawn?.remove();
    this.drawn?.leave();
    this.drawn = null;
    this.source = null;
    this.inView = null;
    this.done = null;
    this.fault = "";
    if (this.visible) this.show(true, this.opacity);
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
    const { ready } = this;
    if (ready) this.draw(ready);
    else if (this.address && this.asking !== this.address) void this.wait(this.address);
  }

  /** @override */
  load() {
    for (const source of [this.payload.tiles, ...(this.payload.answers || [])]) if (source) loadTiles(source);
  }

  /**
   * Ask for the tiles until they are there, or nobody wants to see them any more.
   *
   * @param {string} address
   */
  async wait(address) {
    this.asking = address;
    this.fault = "";
    const isWanted = () => this.visible && this.address === address;
    try {
      while (isWanted()) {
        const answer = await fetch(address);
        if (answer.status === 200) {
          this.know(address, await answer.json());
          if (!isWanted()) break;
          this.done = null;
          if (this.ready) this.draw(this.ready);
          break;
        }
        if (answer.status !== 202) throw new Error(answer.status === 409 ? await answer.text() : "");
        this.working((await answer.json()).done);
        await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
      }
    } catch (error) {
      if (this.address === address) {
        this.done = null;
        this.fault = (error instanceof Error && error.message) || "failed";
        this.say("failed");
        void this.askWhy();
      }
    }
    if (this.asking === address) this.asking = "";
    this.changed();
  }

  /**
   * @param {string} address
   * @param {OwnTileSource} source
   */
  know(address, source) {
    if (address === this.payload.url) known.set(this.payload, source);
    else answers.set(address, source);
    const oldest = answers.keys().next().value;
    if (answers.size > KEPT && oldest !== undefined) answers.delete(oldest);
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
    const tiles = this.ready;
    return { cells: 0, features: 0, drawn: 0, categories: tiles ? [...tiles.looks.keys()] : [] };
  }

  /** @param {InView} inView */
  tell(inView) {
    if (!this.drawn?.tiles.complete) return;
    this.say("drawn");
    this.why = null;
    this.labels.update(inView, this.asked);
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
      hatch: symbol.hatch || undefined,
    };
  }

  /**
   * @override
   * @param {Box} frame in degrees
   * @returns {SeenFeature[]} those that have labels
   */
  featuresIn(frame) {
    return this.isShown && this.drawn ? this.labels.in(frame) : [];
  }

  /**
   * @override
   * @param {Box} _frame
   * @param {Language} language
   * @param {Words} text
   */
  seen(_frame, language, text) {
    if (!this.isShown) return [];
    const { payload, asked } = this;
    const { id, form } = payload;
    const name = language === "zh" ? payload.zh : payload.en;
    const say = (/** @type {string} */ words) => ({ id, form, symbol: null, words });
    const filled = (/** @type {string} */ key, /** @type {Record<string, string>} */ values) =>
      text(key).replace(/\{(\w+)\}/g, (whole, part) => values[part] ?? whole);
    if (this.done !== null) return [say(filled("legend.own-making", { name, done: String(this.done) }))];
    if (this.whyLine(language).length) return this.whyLine(language);
    if (this.fault && asked) return [say(asked.words), say(filled("legend.own-answer-failed", { name }))];
    if (this.fault) return [say(filled("legend.own-" + (this.fault === "cancelled" ? "cancelled" : "failed"), { name }))];
    const { cells, features, drawn, categories } = this.inView || this.all;
    const looks = [...new Set(categories.map((category) => this.look(category)))].flatMap((look) => (look ? [look] : []));
    const all = figure(this.source?.count || 0);
    const figures = { name, cells: figure(cells), features: figure(features), drawn: figure(drawn), all };
    const key = (asked ? "legend.own-answer-cells" : "legend.own-cells") + (drawn ? "-and-drawn" : "");
    const lines = [...(cells ? [say(filled(key, figures))] : []), ...looks.map((look) => this.line(look, language))];
    // What is asked for is said though nothing of it is in view, or not yet.
    return lines.length || !asked ? lines : [say(asked.words)];
  }
}

/** @param {number} number */
function figure(number) {
  return number.toLocaleString("en-US");
}
