/* What an own layer is on the map however its features come: a pane of its own, shown at some zooms. */

import { paneOrder } from "./layer_order.js";
import { pane } from "./pane.js";
import { words } from "./words.js";

/** @import { Map } from "leaflet" */
/** @import { Asked, Box, Language, OwnLook, OwnPayload, OwnSymbol } from "./types" */

/**
 * A line of the legend: a symbol with its words, or words alone.
 *
 * @typedef {{ id: string, symbol: OwnSymbol | null, form: OwnPayload["form"], words: string, asked?: string }} SeenOwn
 */

/** @typedef {{ box: Box, look: number, feature: GeoJSON.Feature }} SeenFeature its box in degrees, and the place of its look */

/** @typedef {(key: string) => string} Words the text for a key in the language of the page */

export class OwnPane {
  /**
   * @param {Map} map
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
    /**
     * What of it is shown; null for all.
     *
     * @type {Asked | null}
     */
    this.asked = null;
    /**
     * Why features that stay elsewhere do not come; null if they do.
     *
     * @type {Record<Language, string> | null}
     */
    this.why = null;
    this.askingWhy = false;
    map.on("zoomend", () => { if (this.visible) this.show(true, this.opacity); });
  }

  get order() {
    return paneOrder({ own: true }, this.index, null);
  }

  get home() {
    return pane(this.map, this.name, this.order);
  }

  /** Whether there is anything in its pane. */
  get isDrawn() {
    return false;
  }

  /**
   * @param {boolean} visible
   * @param {number} opacity
   */
  show(visible, opacity) {
    this.visible = visible;
    this.opacity = opacity;
    if (!visible && !this.isDrawn) return;
    const display = visible && this.isAtZoom() ? "" : "none";
    Object.assign(this.home.style, { display, opacity: String(opacity * this.payload.opacity), pointerEvents: "none" });
    if (visible && !this.isDrawn) this.begin();
  }

  /** Get the features, and draw them. */
  begin() {}

  /** Have the features ready that are in the page. */
  load() {}

  /**
   * Show only what somebody asks for, or all.
   *
   * @param {Asked | null} asked
   */
  ask(asked) {
    this.asked = asked;
  }

  /** @param {number} index */
  move(index) {
    this.index = index;
    if (this.isDrawn) this.home.style.zIndex = String(this.order);
  }

  /** Whether it is drawn at the zoom of the map. */
  isAtZoom() {
    const [first, last] = this.payload.zooms;
    const zoom = this.map.getZoom();
    return first <= zoom + 1e-6 && zoom - 1e-6 <= last;
  }

  /** Whether anything of it can be seen, if there is anything. */
  get isShown() {
    return this.visible && this.opacity > 0 && this.isAtZoom();
  }

  /**
   * For whoever waits for the layer.
   *
   * @param {"drawn" | "failed" | "making"} state
   */
  say(state) {
    Object.assign(this.home.dataset, { own: this.payload.id, state });
  }

  /** Ask why its features do not come, of a layer whose features stay elsewhere. */
  async askWhy() {
    if (!this.payload.state || this.askingWhy) return;
    this.askingWhy = true;
    const answer = await fetch(this.payload.state).catch(() => null);
    this.why = answer?.ok ? await answer.json() : null;
    this.askingWhy = false;
    this.changed();
  }

  /**
   * The line of the legend that says why its features do not come.
   *
   * @param {Language} language
   * @returns {SeenOwn[]} none if they do
   */
  whyLine(language) {
    const said = this.why?.[language];
    return said ? [{ id: this.payload.id, form: this.payload.form, symbol: null, words: said }] : [];
  }

  /**
   * What the legend says of it.
   *
   * @param {Box} frame in degrees
   * @param {Language} language
   * @param {Words} text
   * @returns {SeenOwn[]}
   */
  seen(frame, language, text) { // eslint-disable-line no-unused-vars -- other kinds of layers need them
    return [];
  }

  /**
   * The features in view that are drawn one by one.
   *
   * @param {Box} frame in degrees
   * @returns {SeenFeature[]}
   */
  featuresIn(frame) { // eslint-disable-line no-unused-vars -- other kinds of layers need it
    return [];
  }

  /**
   * A line of the legend for one of its looks.
   *
   * @param {OwnLook} look
   * @param {Language} language
   * @returns {SeenOwn}
   */
  line(look, language) {
    const { id, form } = this.payload;
    return { id, form, symbol: look.symbol, words: words(look, language), ...(this.asked ? { asked: this.asked.words } : {}) };
  }
}
