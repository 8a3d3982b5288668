/* Puts the parts of the browse page together and applies Scenes to them. */

import * as L from "leaflet";
import { FullScreen } from "leaflet.fullscreen";
import { ownQuery, pageQuery, selects, stepOf, viewOf } from "./address.js";
import { Bridge } from "./bridge.js";
import { addButton, nameButton } from "./button.js";
import { filtered } from "./filter.js";
import { Grid } from "./grid.js";
import { LayerTree } from "./layer_tree.js";
import { Legend } from "./legend.js";
import { Measure } from "./measure.js";
import { showMessage } from "./message.js";
import { NearTool } from "./near_tool.js";
import { OwnCard } from "./own_card.js";
import { control } from "./panel.js";
import { Placer } from "./placer.js";
import { addReadout } from "./readout.js";
import { SideBar, WIDE } from "./side_bar.js";
import { listenForArrows } from "./site_keys.js";
import { Stage } from "./stage.js";
import { guardWheel } from "./wheel.js";
import { words } from "./words.js";

/** @import { Arguments, BrowsePlan, LayerState, Place, Step, StripFilter } from "./types" */

const HOME_ICON = "M3 9.5L10 3.5L17 9.5M5 8V16.5H15V8M8.5 16.5V11.5H11.5V16.5";
const NEAR_ICON = "M10 2.8a7.2 7.2 0 1 0 0.01 0M10 8.6a1.4 1.4 0 1 0 0.01 0";
const AREA_ICON = "M3.5 6.5L11 3L17 8.5L13.5 16.5L5 15Z";
const MEASURE_ICON = "M2.5 13.5L13.5 2.5L17.5 6.5L6.5 17.5ZM6 10L7.8 11.8M8.5 7.5L9.7 8.7M11 5L12.8 6.8";

// The smallest zoom, unless a plan is larger than a city; then its width still takes this many pixels.
const LEAST_ZOOM = 8;
const LEAST_WIDTH = 300;

// Below this many pixels a map is that of a phone, as in browse.css.
const NARROW = 600;

/** @param {L.LatLngBounds} home */
function leastZoom(home) {
  const degrees = home.getEast() - home.getWest();
  return Math.min(LEAST_ZOOM, Math.max(1, Math.floor(Math.log2((LEAST_WIDTH * 360) / (256 * degrees)))));
}

/**
 * Metres on the ground of a pixel in the middle of the map.
 *
 * @param {L.Map} map
 */
function groundPixel(map) {
  const { x, y } = map.getSize().divideBy(2);
  return map.distance(map.containerPointToLatLng([x, y]), map.containerPointToLatLng([x + 1, y]));
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
      session: "",
      step: 0,
      /** @type {Arguments} */
      args: data.initial,
    };
    this.started = false;
    /** Whether a site or a task is selected, or is about to be. */
    this.selected = false;
    /** What of the address makes the place in the browser's history where we stand. */
    this.stood = "";
    /** Whether the page's script has not yet come to where Back or Forward has led. */
    this.stepping = false;
    /** Whether the map looks at what a Scene begins with. */
    this.looking = false;
    this.reload = 0;
    this.credit = "";
    this.bridge = new Bridge(
      (args) => this.render(args), (filter) => this.filter(filter), (step) => this.step(step), () => this.escape(),
      (place) => this.place(place)
    );
    // The page around it may not be up yet, but its HTML says what to show.
    const opening = this.bridge.embedded ? this.bridge.opening() : data.initial;
    map.setMaxBounds(data.reach).setMinZoom(leastZoom(this.home));
    // Before anything is on the map: each move later would draw all of it anew.
    if (opening) this.look(opening);
    this.grid = new Grid(data.grid, data.style);
    this.stage = new Stage(map, data, {
      text: this.text,
      select: (id) => {
        this.selected = true;
        this.bridge.select(id);
      },
      measuring: (at) => this.near.take(at) || this.measure.take(at),
      opened: (at, card) => this.askOwn(at, card),
      changed: () => { if (this.started) this.refresh(); },
    }, { grid: this.grid });
    this.sites = this.stage.sites;
    this.labels = this.stage.labels;
    map.attributionControl.setPrefix(false).setPosition("bottomleft");
    this.bar = new SideBar(map, () => this.labels.redraw());
    this.legend = new Legend(this.bar.bodies.legend, data.style);
    this.tree = new LayerTree(this.bar.bodies.layers, data, {
      layers: this.stage.layers,
      order: () => this.stage.order,
      basemap: () => this.scene.basemap,
      setLayers: (changes) => this.setLayers(changes),
      setOrder: (order) => this.setOrder(order),
      setBasemap: (name) => this.setBasemap(name),
    });
    this.measure = new Measure(map, data.style, this.text);
    this.near = new NearTool(map, data.style, this.text, {
      radius: () => this.scene.args.near?.radius || 0,
      ask: (near) => this.bridge.ask(near),
      changed: () => this.markTools(),
    });
    this.placer = new Placer(map, data.style, this.text, {
      tools: data.tools,
      ways: this.stage.ways,
      drawn: (shape) => this.bridge.drawn(shape, groundPixel(map)),
    });
    this.ownCard = new OwnCard(map, this.text);
    this.buttons = this.addControls();
    this.listen();
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
    // Its words would reach under the bar for legend and layers on a narrow map.
    const place = map.getSize().x < NARROW ? "bottomleft" : "topleft";
    const home = addButton(control(map, place, "leaflet-bar pm-bar"), "pm-home", HOME_ICON, () => this.goHome());
    this.homeWords = L.DomUtil.create("span", "", home);
    const bar = control(map, "topleft", "leaflet-bar pm-bar");
    this.ruler = addButton(bar, "pm-ruler", MEASURE_ICON, () => {
      this.near.stop();
      this.toggleMeasure();
    });
    const near = addButton(bar, "pm-near", NEAR_ICON, () => this.takeUp("point"));
    const area = addButton(bar, "pm-area", AREA_ICON, () => this.takeUp("area"));
    if (document.fullscreenEnabled) new FullScreen({ position: "topleft", forceSeparateButton: true }).addTo(map);
    const full = map.getContainer().querySelector(".leaflet-control-zoom-fullscreen");
    addReadout(map, data.grid, () => this.text("map.grid"));
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
    return {
      "map.zoom-in": zoomIn,
      "map.zoom-out": zoomOut,
      "map.home": home,
      "map.measure": this.ruler,
      "map.near": near,
      "map.near-area": area,
      "map.full-screen": full,
    };
  }

  /** Take the ways out of a selection, the wheel and the arrow keys. */
  listen() {
    const { map } = this;
    guardWheel(map, this.text);
    listenForArrows(/** @type {HTMLElement} */ (map.getPane("markerPane")));
    map.on("click", ({ latlng }) => {
      this.deselect();
      this.askOwn(latlng);
    });
    // A card that gives way to another is closed as well; only its own button means that nothing is wanted any more.
    map.on("popupopen", ({ popup }) => {
      popup.getElement()?.querySelector(".leaflet-popup-close-button")?.addEventListener("click", () => this.deselect());
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.escape(); }, true);
    const credit = map.attributionControl.getContainer();
    if (!credit) return;
    // What stands at the bottom stands above the line of sources, however many rows that takes.
    const room = () => map.getContainer().style.setProperty("--credit-height", credit.offsetHeight + "px");
    new ResizeObserver(room).observe(credit);
    room();
  }

  /**
   * One tool at a time: a click is for one of them.
   *
   * @param {"point" | "area"} mode
   */
  takeUp(mode) {
    if (this.measure.active) this.toggleMeasure();
    this.near.toggle(mode);
  }

  markTools() {
    const { mode } = this.near;
    this.buttons["map.near"]?.classList.toggle("pm-on", mode === "point");
    this.buttons["map.near-area"]?.classList.toggle("pm-on", mode === "area");
  }

  toggleMeasure() {
    this.ruler?.classList.toggle("pm-on", this.measure.toggle());
  }

  /**
   * Have a site placed; the other tools rest meanwhile.
   *
   * @param {Place | null} place
   */
  place(place) {
    if (place) {
      if (this.measure.active) this.toggleMeasure();
      this.near.stop();
      this.map.closePopup();
    }
    void this.placer.take(place);
  }

  /** Leave what was begun last: measuring, asking what lies near, else the selection. */
  escape() {
    if (this.measure.active) this.toggleMeasure();
    else if (this.near.mode) this.near.stop();
    else this.deselect();
  }

  /** Close the card and select nothing, on the map at once; where nothing is selected, ask nothing more of what is near. */
  deselect() {
    const { map, stage, sites, measure, near, bridge } = this;
    if (measure.active || near.mode || this.placer.active) return;
    map.closePopup();
    const around = this.selected ? stage.vicinity.near : null;
    if (!this.selected && !stage.vicinity.near) return;
    this.selected = false;
    if (!around) this.scene.args = { ...this.scene.args, near: null };
    stage.update({ language: stage.language, tasks: stage.tasks, sites: sites.letters, overdue: sites.overdue, lit: [], near: around });
    this.labels.redraw();
    bridge.select("");
  }

  /**
   * Ask what own layers have at a place.
   *
   * @param {L.LatLng} at
   * @param {L.Popup} [card] of a site there
   */
  askOwn(at, card) {
    const { stage, measure, near, placer } = this;
    if (measure.active || near.mode || placer.active) return this.ownCard.forget();
    void this.ownCard.ask(at, stage.own.shown, stage.language, card, this.scene.args.ask);
  }

  /**
   * The whole district stands clear of the tools, and of the bar for legend and layers where the map is wide enough.
   *
   * @returns {L.FitBoundsOptions}
   */
  homePadding() {
    const wide = this.map.getSize().x >= WIDE;
    return { paddingTopLeft: [56, 12], paddingBottomRight: [wide ? 262 : 12, 64] };
  }

  goHome() {
    this.map.flyToBounds(this.home, { ...this.homePadding(), duration: 0.6 });
  }

  /** @param {Record<string, LayerState>} changes */
  setLayers(changes) {
    for (const [id, { visible, opacity }] of Object.entries(changes)) this.stage.setLayer(id, visible, opacity);
    this.writeCredit();
    this.refresh();
  }

  /** @param {string[]} order */
  setOrder(order) {
    this.stage.setOrder(order);
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
    const { layers, order } = stage;
    const state = { center: map.getCenter(), zoom: map.getZoom(), basemap: scene.basemap, catalogue: data.layers, layers, order };
    const stands = stepOf(scene.query);
    this.bridge.address([scene.query, ownQuery(state)].filter(Boolean).join("&"), stands !== this.stood);
    this.stood = stands;
  }

  /**
   * Look where somebody looked before; the page's script is on its way to what was selected and filtered there.
   *
   * @param {Step} step
   */
  step({ count, query }) {
    const { map, scene } = this;
    scene.step = count;
    this.stepping = true;
    // Whatever moves the map now must not write what the page had before over the address that is there.
    scene.query = pageQuery(query);
    this.stood = stepOf(query);
    map.closePopup();
    const view = viewOf(query);
    if (view) map.flyTo([view[0], view[1]], view[2], { duration: 0.5 });
  }

  /**
   * Take over the page's part of the address, unless the run began before the last Back or Forward.
   *
   * @param {Arguments} args
   */
  takeQuery({ query = "", session = "", step = 0 }) {
    const { scene } = this;
    // A server that was started anew counts from the beginning.
    if (session !== scene.session) Object.assign(scene, { session, step });
    if (step < scene.step) return;
    // The card goes with the selection that it belongs to, wherever that has ended.
    if (selects(scene.query) && !selects(query)) this.map.closePopup();
    scene.query = query;
    this.selected = selects(query);
    // What an address opens is not always what it says; that is no step of its own.
    if (this.stepping || !this.started) this.stood = stepOf(query);
    this.stepping = false;
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
    stage.setOrder(args.order || []);
    if (!this.looking) this.look(args);
    stage.applyLayers();
    this.labels.addTo(map);
    map.on("moveend", this.refresh, this);
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
    const { language } = stage;
    stage.update({ ...filtered(scene.args, data.sites, filter, data), language, lit: [...sites.lit], near: scene.args.near });
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
      this.comeAnew();
      return;
    }
    const language = args.language || "zh";
    const renamed = !this.started || language !== stage.language;
    // A run that began before the last click on the strip knows less than the map does.
    const late = this.started && (args.turn || 0) < scene.turn;
    scene.args = args;
    this.takeQuery(args);
    if (!late) scene.turn = args.turn || 0;
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
    const { tasks, overdue } = late ? { tasks: stage.tasks, overdue: sites.overdue } : args;
    const letters = { tasks, overdue, sites: late ? sites.letters : args.sites };
    stage.update({ ...letters, language, lit: args.lit || [], near: args.near });
    sites.mark(args.changes || "");
    stage.own.ask(args.asked || {});
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

  /** Load the document anew; what somebody is drawing just now comes first. */
  comeAnew() {
    clearTimeout(this.reload);
    this.reload = window.setTimeout(() => {
      if (this.placer.active) this.comeAnew();
      else window.location.reload();
    }, RELOAD_MS);
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
    this.bar.rename(this.text);
    this.tree.render(this.text, this.stage.language);
    if (this.homeWords) this.homeWords.textContent = this.text("map.home");
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
    const layers = [...this.stage.own.shown, ...this.stage.services.shown];
    const own = layers.map((each) => words(each.credit, this.stage.language) + " | ").join("");
    // The built-in roads are not drawn where those of a file are.
    line.textContent = own + credit + this.text(ground ? "map.attribution-land" : "map.attribution");
    const { attributionControl } = this.map;
    if (this.credit) attributionControl.removeAttribution(this.credit);
    this.credit = line.innerHTML;
    attributionControl.addAttribution(this.credit);
  }
}
