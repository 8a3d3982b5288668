/* The map itself, without what stands around it: ground, sites and labels, and a Scene's letters and layers. */

import { Ground } from "./ground.js";
import { pictureLayers } from "./ground_picture.js";
import { ordered, paneOrder } from "./layer_order.js";
import { HIDDEN } from "./letters.js";
import { Labels } from "./labels.js";
import { OwnLayers } from "./own_layers.js";
import { SeenGround } from "./seen_ground.js";
import { frameOf, seenSites } from "./seen_sites.js";
import { Services } from "./services.js";
import { Sites } from "./sites.js";
import { defineSymbols } from "./symbols.js";
import { Ways } from "./ways.js";
import { Vicinity } from "./vicinity.js";
import { placeLabels, spotLabels, wayLabels } from "./way_labels.js";
import { styleOf } from "./way_look.js";
import { groundNames, onlyChinese, short, words } from "./words.js";

/** @import { Map, TileLayer } from "leaflet" */
/** @import { Box, GroundPayload, Label, Language, LayerState, Obstacle, Plan, Reach, SceneLetters, StageCallbacks } from "./types" */
/** @import { Grid } from "./grid.js" */

// Pixels between the name of the own district and its boundary.
const CLEAR = 8;

const IN_THE_WAY = ".pm-panel, .pm-day:not([hidden]), .leaflet-bar, .leaflet-control-scale, .leaflet-control-attribution";

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
    /** Letters of the tasks in a table beside the map, whose badges the legend explains as well. */
    this.listed = "";
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
    /** Ids of all layers, the uppermost first. */
    this.order = data.layers.map(({ id }) => id);
    for (const layer of data.layers) this.layers[layer.id] = { visible: layer.visible, opacity: layer.opacity };
    defineSymbols(data.style);
    // Flights between views back away farther than anybody drags.
    const flights = reach === "tasks" && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const beyond = flights ? 1.5 : 0.5;
    this.ground = new Ground(map, data, beyond);
    this.seenGround = new SeenGround(data);
    // A canvas takes memory for each pixel, which shapes do not.
    this.ways = new Ways(data, reach === "none" ? 0 : flights ? 0.5 : 0.25);
    const taskLetter = (/** @type {number} */ index) => this.tasks[index] || HIDDEN;
    this.sites = new Sites(map, data, { ...callbacks, taskLetter }, reach, beyond);
    this.grid = grid;
    this.own = new OwnLayers(map, data, () => {
      this.labels.redraw();
      callbacks.changed?.();
    });
    this.services = new Services(map, data, () => this.language, () => callbacks.changed?.());
    this.vicinity = new Vicinity(map, data.style);
    map.addLayer(this.ways);
    this.labels = new Labels(data.style, () => this.collect());
  }

  /**
   * Take over the letters of a Scene: of tasks and sites, and what is lit.
   *
   * @param {SceneLetters} letters
   */
  update({ language, tasks, sites, overdue, lit, near, listed = "" }) {
    this.language = language;
    this.tasks = tasks;
    this.listed = listed;
    this.vicinity.show(near);
    this.sites.update({ sites, overdue }, lit, language);
    this.ways.cover(this.sites.drawnLines());
  }

  /**
   * Ring the symbols of sites that stand otherwise on another day.
   *
   * @param {string[]} sites their ids
   */
  ring(sites) {
    const ringed = new Set(sites);
    for (const { site, markers } of this.sites.entries) {
      for (const marker of markers) marker.element?.classList.toggle("pm-moved", ringed.has(site.id));
    }
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
    this.own.setLayer(id, visible, opacity);
    this.services.setLayer(id, visible, opacity);
    if (this.own.layers.get(id)?.payload.labels) this.labels.redraw();
    if (id === this.data.gridLayer && this.grid) {
      // Over pictures too: their position is checked against it.
      if (!visible) this.grid.remove();
      else if (!this.map.hasLayer(this.grid)) this.grid.addTo(this.map);
      if (visible) this.grid.setOpacity(opacity);
    }
    if (id === this.data.waysLayer) this.ways.show(visible && !this.covered, opacity);
    if (id === this.data.districtLayer) this.ground.showBoundaries(visible, opacity);
  }

  /**
   * Draw the layers over each other in another order.
   *
   * @param {string[]} wanted ids of layers that are to stand elsewhere than in the plan, in their order
   */
  setOrder(wanted) {
    this.order = ordered(this.data.layers.map(({ id }) => id), wanted);
    this.own.setOrder(this.order);
    this.services.setOrder(this.order);
    for (const [id, home] of this.sites.layers) {
      home.pane.style.zIndex = String(paneOrder(home.layer, this.order.indexOf(id), this.data.waterLayer));
    }
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
    const layer = this.data.districtLayer === null ? null : this.layers[this.data.districtLayer];
    return layer !== null && layer.visible && layer.opacity > 0;
  }

  /** What the legend needs to know. */
  seen() {
    const { frame } = frameOf(this.map);
    const under = this.isUnderPicture();
    const drawn = !this.covered && !under;
    return {
      sites: seenSites(this.sites),
      listed: this.listed,
      boundary: this.boundaryShown && this.seenGround.boundary(frame),
      otherBoundary: this.boundaryShown && drawn && this.seenGround.otherBoundary(frame),
      sea: drawn && this.seenGround.sea(frame),
      near: this.vicinity.words,
      own: this.own.seen(frame, this.language, (key) => this.data.texts[this.language][key] || key),
      services: this.services.seen(frame, this.language),
      gridStep: this.grid && this.map.hasLayer(this.grid) ? this.grid.step : null,
      ways: this.waysShown && !under ? this.seenWays() : new Set(),
      fromFile: this.ways.tiles !== null,
      chineseNames: this.language === "en" && this.waysShown && !under && this.hasChineseNames(),
    };
  }

  /** Whether a way that is large enough for its name has only a Chinese one. */
  hasChineseNames() {
    const zoom = this.map.getZoom() - Math.log2(this.sites.size);
    const look = this.data.style.ways;
    return this.ways.seen.some(({ way }) => onlyChinese(way) && zoom >= styleOf(look, way.kind).name_zoom);
  }

  get waysShown() {
    const layer = this.layers[this.data.waysLayer];
    return !this.covered && Boolean(layer?.visible) && layer.opacity > 0;
  }

  /** The kinds of ways in the frame, which is less than what is drawn. */
  seenWays() {
    const bounds = this.map.getBounds();
    const [northWest, southEast] = [bounds.getNorthWest(), bounds.getSouthEast()].map((at) => this.map.project(at, 0));
    return this.ways.kindsIn([northWest.x, northWest.y, southEast.x, southEast.y]);
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
    const own = this.own.labels(frameOf(this.map).frame, this.sites.size);
    return { labels: [...labels, ...own, ...districts, ...(this.waysShown ? this.wayLabels(labels) : [])], obstacles };
  }

  /**
   * @param {Label[]} others names that the ground does not repeat
   * @returns {Label[]}
   */
  wayLabels(others) {
    const { map, data, language, sites, ways } = this;
    const written = groundNames([...ways.seen.map(({ way }) => way), ...ways.spots], language);
    const taken = new Set(others.map(({ text }) => short(text)));
    const names = wayLabels(ways.seen, data, map, written, sites.size, taken);
    const spots = ways.tiles ? placeLabels : spotLabels;
    return [...names, ...spots(ways.spots, data, map, written, sites.size, taken)];
  }

  /**
   * Whether a box of the map lies well inside the own district.
   *
   * @param {Box} box
   */
  isInside([left, top, right, bottom]) {
    const southWest = this.map.containerPointToLatLng([left - CLEAR, bottom + CLEAR]);
    const northEast = this.map.containerPointToLatLng([right + CLEAR, top - CLEAR]);
    return this.seenGround.isInside([southWest.lng, southWest.lat, northEast.lng, northEast.lat]);
  }

  /** @returns {Label[]} */
  districtLabels() {
    const zoom = this.map.getZoom();
    const { style, districts, focus, focusSpots } = this.data;
    const found = [];
    for (const { id, properties } of districts.features) {
      const own = id === focus;
      if (zoom < (own ? 8 : 9) || (own && zoom > 13.5)) continue;
      // Where symbols stand in the middle of the own district, its name goes to its next best place.
      /** @type {[number, number]} */
      const middle = [properties.label[1], properties.label[0]];
      const [at, ...others] = own && focusSpots.length ? focusSpots : [middle];
      found.push({
        owner: null,
        text: words({ zh: properties.name_zh, en: properties.name_en }, this.language),
        at,
        others,
        priority: own ? 85 : 25,
        size: (own ? 17 : 12.5) * this.sites.size,
        weight: own ? 600 : 500,
        colour: own ? style.focusText : style.districtText,
        haloOpacity: 0.8,
        ...(own ? { isRoom: (/** @type {Box} */ box) => this.isInside(box) } : {}),
      });
    }
    return found;
  }
}
