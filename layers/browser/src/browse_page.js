/* Puts the parts of the browse page together and applies Scenes to them. */

import * as L from "leaflet";
import { FullScreen } from "leaflet.fullscreen";
import { ownQuery } from "./address.js";
import { Bridge } from "./bridge.js";
import { addButton, nameButton } from "./button.js";
import { filtered } from "./filter.js";
import { Grid } from "./grid.js";
import { LayerTree } from "./layer_tree.js";
import { Legend } from "./legend.js";
import { Measure } from "./measure.js";
import { showMessage } from "./message.js";
import { control } from "./panel.js";
import { addReadout } from "./readout.js";
import { Stage } from "./stage.js";
import { words } from "./words.js";

/** @import { Arguments, BrowsePlan, StripFilter } from "./types" */

const HOME_ICON = "M3 9.5L10 3.5L17 9.5M5 8V16.5H15V8M8.5 16.5V11.5H11.5V16.5";
const MEASURE_ICON = "M2.5 13.5L13.5 2.5L17.5 6.5L6.5 17.5ZM6 10L7.8 11.8M8.5 7.5L9.7 8.7M11 5L12.8 6.8";

// The smallest zoom, unless a plan is larger than a city; then its width still takes this many pixels.
const LEAST_ZOOM = 8;
const LEAST_WIDTH = 300;

/** @param {L.LatLngBounds} home */
function leastZoom(home) {
  const degrees = home.getEast() - home.getWest();
  return Math.min(LEAST_ZOOM, Math.max(1, Math.floor(Math.log2((LEAST_WIDTH * 360) / (256 * degrees)))));
}

// How long the plan's file may still be on its way when its content has changed.
const RELOAD_MS = 600;

export class BrowsePage {
  /**
   * @param {L.Map} map
   * @param {BrowsePlan} data
   * @param {Record<string, L.TileLayer[]>} online
   */
  constructor(map, data, online) {
    this.map = map;
    this.data = data;
    this.online = online;
    this.home = L.latLngBounds(data.home);
    /** What is shown; `args` are those of the last run, `turn` is the click on the strip that it answers. */
    this.scene = {
      basemap: "offline",
      /** @type {number | null} */
      fly: null,
      query: "",
      turn: 0,
      /** @type {Arguments} */
      args: data.initial,
    };
    this.started = false;
    /** Whether the map looks at what a Scene begins with. */
    this.looking = false;
    this.reload = 0;
    this.credit = "";
    this.bridge = new Bridge((args) => this.render(args), (filter) => this.filter(filter));
    // The page around it may not be up yet, but its HTML says what to show.
    const opening = this.bridge.embedded ? this.bridge.opening() : data.initial;
    map.setMaxBounds(data.reach).setMinZoom(leastZoom(this.home));
    // Before anything is on the map: each move later would draw all of it anew.
    if (opening) this.look(opening);
    this.grid = new Grid(data.grid, data.style);
    this.stage = new Stage(map, data, {
      text: this.text,
      select: (id) => this.bridge.select(id),
      measuring: (at) => this.measure.take(at),
    }, { grid: this.grid });
    this.sites = this.stage.sites;
    this.labels = this.stage.labels;
    // Before the legend: of two things at the bottom, Leaflet puts the later one above.
    map.attributionControl.setPrefix(false).setPosition("bottomleft");
    this.legend = new Legend(map, data.style);
    this.tree = new LayerTree(map, data, {
      layers: this.stage.layers,
      basemap: () => this.scene.basemap,
      setLayer: (id, visible, opacity) => this.setLayer(id, visible, opacity),
      setBasemap: (name) => this.setBasemap(name),
    });
    this.measure = new Measure(map, data.style, this.text);
    this.buttons = this.addControls();
    if (opening) this.render(opening);
    this.bridge.ready();
    this.bridge.painted();
  }

  /** @param {string} key */
  text = (key) => this.data.texts[this.stage.language][key] || key;

  /** Add what stands on the map; return the buttons that have words. */
  addControls() {
    const { map, data } = this;
    const zoom = L.control.zoom({ position: "topleft" }).addTo(map);
    const [zoomIn, zoomOut] = zoom.getContainer()?.querySelectorAll("a") || [];
    const bar = control(map, "topleft", "leaflet-bar pm-bar");
    const home = addButton(bar, "pm-home", HOME_ICON, () => this.goHome());
    const ruler = addButton(bar, "pm-ruler", MEASURE_ICON, (link) => link.classList.toggle("pm-on", this.measure.toggle()));
    if (document.fullscreenEnabled) new FullScreen({ position: "topleft", forceSeparateButton: true }).addTo(map);
    const full = map.getContainer().querySelector(".leaflet-control-zoom-fullscreen");
    addReadout(map, data.grid, () => this.text("map.grid"));
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
    return { "map.zoom-in": zoomIn, "map.zoom-out": zoomOut, "map.home": home, "map.measure": ruler, "map.full-screen": full };
  }

  /**
   * The whole district stands clear of the open layer tree where the map is wide enough for both.
   *
   * @returns {L.FitBoundsOptions}
   */
  homePadding() {
    const wide = this.map.getSize().x >= 900;
    return { paddingTopLeft: [wide ? 56 : 12, 12], paddingBottomRight: [wide ? 252 : 12, wide ? 160 : 64] };
  }

  goHome() {
    this.map.flyToBounds(this.home, { ...this.homePadding(), duration: 0.6 });
  }

  /**
   * @param {string} id
   * @param {boolean} visible
   * @param {number} opacity
   */
  setLayer(id, visible, opacity) {
    this.stage.setLayer(id, visible, opacity);
    this.refresh();
  }

  /**
   * Show a basemap; tell whether there is such a one.
   *
   * @param {string} name
   */
  setBasemap(name) {
    const { map, scene, stage, online } = this;
    const own = name === "offline" || name === "plain" || name.startsWith("file-");
    const layers = own ? [] : online[name];
    if (!layers) {
      showMessage(map, this.text("map.basemap-missing-" + name));
      return false;
    }
    for (const layer of Object.values(online).flat()) layer.remove();
    scene.basemap = name;
    stage.useGround(this.groundOf(name), () => this.refresh());
    stage.usePicture(name);
    this.writeCredit();
    stage.covered = false;
    stage.ground.show(true);
    const lowest = layers.at(0);
    lowest?.off("tileerror").once("tileerror", () => showMessage(map, this.text("map.basemap-offline")));
    // The drawn ground stays until there are pictures to take its place.
    lowest?.off("tileload").once("tileload", () => {
      if (scene.basemap !== name) return;
      stage.covered = true;
      stage.ground.show(false);
      stage.applyLayers();
      this.refresh();
    });
    for (const layer of layers) layer.addTo(map);
    stage.applyLayers();
    this.refresh();
    return true;
  }

  /**
   * The ground of a file that a basemap stands for; online pictures lie over the plan's own.
   *
   * @param {string} name
   */
  groundOf(name) {
    const { grounds } = this.data;
    if (name === "plain") return null;
    return grounds.find((ground) => ground.id === name) || grounds.at(0) || null;
  }

  refresh() {
    this.labels.redraw();
    this.legend.render(this.stage.seen(), this.text);
    this.address();
  }

  address() {
    if (!this.started) return;
    const { map, data, scene, stage } = this;
    const state = { center: map.getCenter(), zoom: map.getZoom(), basemap: scene.basemap, catalogue: data.layers, layers: stage.layers };
    this.bridge.address([scene.query, ownQuery(state)].filter(Boolean).join("&"));
  }

  /**
   * Look where a Scene begins: at its view, at what it flies to, else at the whole district.
   *
   * @param {Arguments} args
   */
  look(args) {
    const { map } = this;
    if (args.view) map.setView([args.view[0], args.view[1]], args.view[2], { animate: false });
    else if (args.fly) map.fitBounds(args.fly.bounds, { ...this.homePadding(), maxZoom: 15, animate: false });
    else map.fitBounds(this.home, { ...this.homePadding(), animate: false });
    this.looking = true;
  }

  /** @param {Arguments} args */
  first(args) {
    const { map, stage } = this;
    for (const id in args.layers) if (stage.layers[id]) Object.assign(stage.layers[id], args.layers[id]);
    if (!this.looking) this.look(args);
    stage.applyLayers();
    this.labels.addTo(map);
    map.on("moveend", this.refresh, this);
    map.on("click", () => map.closePopup());
  }

  /**
   * Filter by status and evidence at once, while the page's script is still on its way to the same result.
   *
   * @param {StripFilter} filter
   */
  filter(filter) {
    const { data, scene, stage, sites } = this;
    if (!this.started || filter.turn <= scene.turn) return;
    scene.turn = filter.turn;
    stage.update({ ...filtered(scene.args, data.sites, filter, data), language: stage.language, lit: [...sites.lit] });
    this.refresh();
  }

  /**
   * Apply the arguments of a run: letters of sites and tasks, what is lit, where to fly.
   *
   * @param {Arguments} args
   */
  render(args) {
    const { map, data, scene, stage, sites } = this;
    if (args.digest !== data.digest) {
      // The plan has changed: letters by place in the old one would name the wrong sites.
      clearTimeout(this.reload);
      this.reload = window.setTimeout(() => window.location.reload(), RELOAD_MS);
      return;
    }
    const language = args.language || "zh";
    const renamed = !this.started || language !== stage.language;
    // A run that began before the last click on the strip knows less than the map does.
    const late = this.started && (args.turn || 0) < scene.turn;
    Object.assign(scene, { query: args.query || "", args });
    if (!late) scene.turn = args.turn || 0;
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
    stage.update({ language, tasks: late ? stage.tasks : args.tasks, sites: late ? sites.letters : args.sites, lit: args.lit || [] });
    if (!this.started) this.begin(args);
    else if (args.fly && args.fly.count !== scene.fly) {
      scene.fly = args.fly.count;
      map.closePopup();
      map.flyToBounds(args.fly.bounds, { ...this.homePadding(), maxZoom: 15, duration: 0.7 });
    }
    if (renamed) this.rename();
    this.refresh();
    map.getContainer().dataset.ready = "yes";
    map.getContainer().dataset.run = args.run || "";
  }

  /** @param {Arguments} args */
  begin(args) {
    this.first(args);
    this.scene.fly = args.fly ? args.fly.count : null;
    this.started = true;
    const wanted = args.basemap || "offline";
    const there = !wanted.startsWith("file-") || [...this.data.grounds, ...this.data.pictures].some((ground) => ground.id === wanted);
    if (wanted !== "offline" || this.data.grounds.length) this.setBasemap(there ? wanted : "offline");
    if (!there) showMessage(this.map, this.text("map.ground-missing"));
  }

  rename() {
    this.measure.draw();
    this.tree.render(this.text, this.stage.language);
    for (const [key, button] of Object.entries(this.buttons)) if (button) nameButton(button, this.text(key));
    this.writeCredit();
  }

  /** Leaflet takes HTML here and writes the line anew for every layer that comes or goes. */
  writeCredit() {
    const line = document.createElement("span");
    const ground = this.scene.basemap ? this.groundOf(this.scene.basemap) : null;
    const picture = this.data.pictures.find((each) => each.id === this.scene.basemap);
    const files = [picture, ground].filter((each) => each !== undefined && each !== null);
    const credit = files.map((each) => words(each.credit, this.stage.language) + " | ").join("");
    // The built-in roads are not drawn where those of a file are.
    line.textContent = credit + this.text(ground ? "map.attribution-land" : "map.attribution");
    const { attributionControl } = this.map;
    if (this.credit) attributionControl.removeAttribution(this.credit);
    this.credit = line.innerHTML;
    attributionControl.addAttribution(this.credit);
  }
}
