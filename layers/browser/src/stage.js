/* The map itself, without what stands around it: ground, sites and labels, and a Scene's letters and layers. */

import { Ground } from "./ground.js";
import { pictureLayers } from "./ground_picture.js";
import { HIDDEN } from "./letters.js";
import { Labels } from "./labels.js";
import { Sites } from "./sites.js";
import { defineSymbols } from "./symbols.js";
import { Ways } from "./ways.js";
import { placeLabels, spotLabels, wayLabels } from "./way_labels.js";
import { short, words } from "./words.js";

/** @import { Map, TileLayer } from "leaflet" */
/** @import { GroundPayload, Label, Language, LayerState, Obstacle, Plan, Reach, SeenSite, StageCallbacks } from "./types" */
/** @import { Grid } from "./grid.js" */

const IN_THE_WAY = ".pm-panel, .leaflet-bar, .leaflet-control-scale, .leaflet-control-attribution";

export class Stage {
  /**
   * @param {Map} map
   * @param {Plan} data
   * @param {StageCallbacks} callbacks
   * @param {{ reach?: Reach, grid?: Grid }} [options] a page that does not bring the projections has no grid
   */
  constructor(map, data, callbacks, { reach = "all", grid } = {}) {
    this.map = map;
    this.data = data;
    /** @type {Language} */
    this.language = "zh";
    this.tasks = "";
    /** Whether pictures from the network cover the drawn ground. */
    this.covered = false;
    /**
     * The picture over the ground.
     *
     * @type {string | null}
     */
    this.picture = null;
    /** @type {TileLayer[]} */
    this.pictureLayers = [];
    /** @type {Record<string, LayerState>} */
    this.layers = {};
    for (const layer of data.layers) this.layers[layer.id] = { visible: layer.visible, opacity: layer.opacity };
    defineSymbols(data.style);
    // Flights between views back away farther than anybody drags.
    const flights = reach === "tasks" && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const beyond = flights ? 1.5 : 0.5;
    this.ground = new Ground(map, data, beyond);
    // A canvas takes memory for each pixel, which shapes do not.
    this.ways = new Ways(data, reach === "none" ? 0 : flights ? 0.5 : 0.25);
    const taskLetter = (/** @type {number} */ index) => this.tasks[index] || HIDDEN;
    this.sites = new Sites(map, data, { ...callbacks, taskLetter }, reach, beyond);
    this.grid = grid;
    map.addLayer(this.ways);
    this.labels = new Labels(data.style, () => this.collect());
  }

  /**
   * Take over the letters of a Scene: of tasks and sites, and what is lit.
   *
   * @param {{ language: Language, tasks: string, sites: string, lit: string[] }} letters
   */
  update({ language, tasks, sites, lit }) {
    this.language = language;
    this.tasks = tasks;
    this.sites.update(sites, lit, language);
    this.ways.cover(this.sites.drawnLines());
  }

  /**
   * How much larger than usual symbols, lines and names are.
   *
   * @param {number} size
   */
  resize(size) {
    this.sites.size = size;
    this.ground.size = size;
    this.ways.size = size;
    this.ways.draw();
    this.map.getContainer().style.setProperty("--pm-size", String(size));
    this.ground.scale();
    this.sites.crowd();
    this.labels.redraw();
  }

  /**
   * @param {string} id
   * @param {boolean} visible
   * @param {number} opacity
   */
  setLayer(id, visible, opacity) {
    this.layers[id] = { visible, opacity };
    this.applyLayer(id);
    this.ways.cover(this.sites.drawnLines());
  }

  /**
   * Where pictures from the network are the ground, the drawn ground would only hide them.
   *
   * @param {string} id
   */
  applyLayer(id) {
    const { visible, opacity } = this.layers[id];
    const hidden = this.covered && this.data.layers.some((layer) => layer.id === id && layer.ground);
    this.sites.setLayer(id, visible && !hidden, opacity);
    if (id === this.data.gridLayer && this.grid) {
      // Over pictures too: their position is checked against it.
      if (!visible) this.grid.remove();
      else if (!this.map.hasLayer(this.grid)) this.grid.addTo(this.map);
      if (visible) this.grid.setOpacity(opacity);
    }
    if (id === this.data.waysLayer) this.ways.show(visible && !this.covered, opacity);
    if (id === this.data.districtLayer) this.ground.showBoundaries(visible, opacity);
  }

  applyLayers() {
    this.data.layers.forEach((layer) => this.applyLayer(layer.id));
    this.ways.cover(this.sites.drawnLines());
  }

  /**
   * Draw the ground of a file, or what came with the plan.
   *
   * @param {GroundPayload | null} ground
   * @param {() => void} changed is told when there is more of it
   */
  useGround(ground, changed) {
    this.ways.use(ground, changed);
  }

  /**
   * Lay a picture over the ground, or none.
   *
   * @param {string | null} id its name as a basemap
   */
  usePicture(id) {
    if (this.picture === id) return;
    for (const layer of this.pictureLayers) layer.remove();
    const picture = this.data.pictures.find((each) => each.id === id);
    this.picture = picture ? picture.id : null;
    this.pictureLayers = picture ? pictureLayers(this.map, picture) : [];
    for (const layer of this.pictureLayers) layer.addTo(this.map);
  }

  /** Whether a picture hides all that is drawn of roads and areas. */
  isUnderPicture() {
    const picture = this.data.pictures.find((each) => each.id === this.picture);
    if (!picture) return false;
    const [west, south, east, north] = picture.bounds;
    const seen = this.map.getBounds();
    return west <= seen.getWest() && south <= seen.getSouth() && seen.getEast() <= east && seen.getNorth() <= north;
  }

  get boundaryShown() {
    return this.data.districtLayer !== null && this.layers[this.data.districtLayer].visible;
  }

  /** What the legend needs to know. */
  seen() {
    return {
      sites: this.seenSites(),
      boundary: this.boundaryShown,
      gridStep: this.grid && this.map.hasLayer(this.grid) ? this.grid.step : null,
      ways: this.waysShown && !this.isUnderPicture() ? this.seenWays() : new Set(),
      fromFile: this.ways.tiles !== null,
    };
  }

  get waysShown() {
    return !this.covered && Boolean(this.layers[this.data.waysLayer]?.visible);
  }

  /** The kinds of ways in the frame, which is less than what is drawn. */
  seenWays() {
    const bounds = this.map.getBounds();
    const [northWest, southEast] = [bounds.getNorthWest(), bounds.getSouthEast()].map((at) => this.map.project(at, 0));
    return this.ways.kindsIn([northWest.x, northWest.y, southEast.x, southEast.y]);
  }

  /** @returns {SeenSite[]} */
  seenSites() {
    return this.sites.entries.map((entry) => ({
      site: entry.site,
      state: entry.state,
      inView: this.sites.inView(entry),
      symbol: entry.marked && entry.markers.length > 0,
      small: entry.symbols.some((marker) => marker.small),
      whole: entry.symbols.some((marker) => !marker.small),
      shape: entry.parts.length > 0 && !entry.dot,
      halo: entry.halo !== null && this.map.hasLayer(entry.halo),
      soft: entry.soft,
      proxy: !entry.area && entry.patch !== null && entry.patch.isOn(this.map),
      dot: entry.dot && entry.shown,
    }));
  }

  /**
   * Names of districts belong to the ground; all other labels come from the sites.
   *
   * @returns {{ labels: Label[], obstacles: Obstacle[] }}
   */
  collect() {
    const { labels, obstacles } = this.sites.collect();
    const frame = this.map.getContainer().getBoundingClientRect();
    for (const panel of this.map.getContainer().querySelectorAll(IN_THE_WAY)) {
      const { left, top, right, bottom } = panel.getBoundingClientRect();
      obstacles.push({ box: [left - frame.left, top - frame.top, right - frame.left, bottom - frame.top], owner: null });
    }
    const districts = this.covered || !this.boundaryShown ? [] : this.districtLabels();
    return { labels: [...labels, ...districts, ...(this.waysShown ? this.wayLabels(labels) : [])], obstacles };
  }

  /**
   * @param {Label[]} others names that the ground does not repeat
   * @returns {Label[]}
   */
  wayLabels(others) {
    const { map, data, language, sites, ways } = this;
    const taken = new Set(others.map(({ text }) => short(text)));
    const names = wayLabels(ways.seen, data, map, language, sites.size, taken);
    const spots = ways.tiles ? placeLabels : spotLabels;
    return [...names, ...spots(ways.spots, data, map, language, sites.size, taken)];
  }

  /** @returns {Label[]} */
  districtLabels() {
    const zoom = this.map.getZoom();
    const { style, districts, focus } = this.data;
    const found = [];
    for (const { id, properties } of districts.features) {
      const own = id === focus;
      if (zoom < (own ? 8 : 9) || (own && zoom > 13.5)) continue;
      /** @type {[number, number]} */
      const at = [properties.label[1], properties.label[0]];
      found.push({
        owner: null,
        text: words({ zh: properties.name_zh, en: properties.name_en }, this.language),
        at,
        priority: own ? 85 : 25,
        size: (own ? 17 : 12.5) * this.sites.size,
        weight: own ? 600 : 500,
        colour: own ? style.focusText : style.districtText,
        haloOpacity: 0.8,
      });
    }
    return found;
  }
}
