/* One live map, views that follow one another, and what a presenter does with them. */

import * as L from "leaflet";
import { addButton } from "./button.js";
import { openEvidence } from "./evidence.js";
import { find, findDialog } from "./find.js";
import { fit } from "./fit.js";
import { whenIdle } from "./idle.js";
import { closeDialogs, listen, openDialog } from "./keys.js";
import { Legend } from "./legend.js";
import { Overview } from "./overview.js";
import { control } from "./panel.js";
import { Pen, Pointer } from "./pen.js";
import { Presenter } from "./presenter.js";
import { Stage } from "./stage.js";
import { Swipe } from "./swipe.js";
import { lettersOf, toggleTaskList } from "./task_list.js";

/** @import { BriefingPlan, BriefingView } from "./types" */

const AGAIN_ICON = "M4 10A6 6 0 1 0 6 5.6M6 2.5V5.8H9.3";
const PADDING = /** @type {L.PointTuple} */ ([26, 26]);

// Pages for overview and print are made while the presenter is still talking about the first view.
const PAGES_AFTER_MS = 8000;

const NOTICE_MS = 12000;

/**
 * Sizes follow the screen, so that what is read at a desk is read from the far end of a room.
 *
 * @param {number} pixels of the type
 */
function sizeOf(pixels) {
  return Math.max(1, pixels / 15);
}

export class Presentation {
  /**
   * @param {L.Map} map
   * @param {BriefingPlan} data
   */
  constructor(map, data) {
    this.map = map;
    this.data = data;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.sections = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("section.view")]);
    this.current = -1;
    /** Whether there has been room for the map yet. */
    this.begun = false;
    /** Whether it is us who move the map, and not somebody with a pointer. */
    this.ours = true;
    this.box = map.getContainer();
    find(".map-slot").append(this.box);
    document.documentElement.lang = data.language === "en" ? "en" : "zh-CN";
    map.attributionControl.remove();
    const ask = (/** @type {number} */ task) => openEvidence(data, this.view, task, this.text);
    // Features of own layers come a moment after the view.
    const changed = () => { if (this.begun) this.drawLegend(); };
    this.stage = new Stage(map, data, { text: this.text, select: () => {}, measuring: () => false, ask, changed }, { reach: "tasks" });
    this.swipe = new Swipe(this.stage, this.text);
    this.pen = new Pen(this.text);
    this.pointer = new Pointer();
    listenForTasks(ask);
    this.legend = new Legend(find(".legend"), data.style, { brief: true });
    this.pages = new Overview(data, this.text, this.sections, find(".source").textContent || "", (index) => this.go(index));
    this.presenter = new Presenter(this.text, this.pages, () => this.shown(), (wish) => this.grant(wish));
    map.setMinZoom(7);
    const zoom = L.control.zoom({ position: "topright", zoomInTitle: this.text("map.zoom-in"), zoomOutTitle: this.text("map.zoom-out") });
    for (const link of zoom.addTo(map).getContainer()?.querySelectorAll("a") || []) link.setAttribute("aria-label", link.title);
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 160 }).addTo(map);
    this.again = this.backButton();
    this.actions = this.allActions();
    this.listen();
    this.begin();
  }

  /** @param {string} key */
  text = (key) => this.data.texts[this.data.language][key] || key;

  get view() {
    return this.data.views[this.current];
  }

  get section() {
    return this.sections[this.current];
  }

  backButton() {
    const bar = control(this.map, "topright", "leaflet-bar pm-again");
    const button = addButton(bar, "", AGAIN_ICON, () => this.settle(true));
    button.setAttribute("aria-label", this.text("present.again"));
    bar.title = this.text("present.again") + " (R)";
    bar.hidden = true;
    return bar;
  }

  allActions() {
    return {
      next: () => this.go(this.current + 1),
      previous: () => this.go(this.current - 1),
      first: () => this.go(0),
      last: () => this.go(this.sections.length - 1),
      overview: () => this.pages.show(!this.pages.shown, this.current),
      notes: () => this.toggleNotes(),
      list: () => toggleTaskList(this.data, this.view, this.section.dataset.title || "", this.text),
      "full-screen": () => this.fullScreen(),
      keys: () => (findDialog("#keys").open ? findDialog("#keys").close() : findDialog("#keys").showModal()),
      black: () => document.body.classList.toggle("black"),
      again: () => this.settle(true),
      close: () => this.close(),
      presenter: () => this.togglePresenter(),
      pointer: () => this.pointer.show(true),
      pen: () => this.pen.toggle(),
      wipe: () => this.pen.wipe(),
      "swipe-left": () => this.swipe.step(-1),
      "swipe-right": () => this.swipe.step(1),
    };
  }

  listen() {
    listen(this.actions, this.pages, this.box, () => this.section);
    window.addEventListener("hashchange", () => this.go(this.fromAddress()));
    window.addEventListener("beforeprint", () => this.pages.build());
    let waiting = 0;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => this.remeasure(), 150);
    });
    this.map.on("moveend", this.arrive, this);
    this.map.on("dragstart zoomstart", () => { if (!this.ours) this.again.hidden = false; });
  }

  /** Whether the map has room for a view; a frame that is not shown yet has none, and nothing fits into that. */
  hasRoom() {
    const { clientWidth, clientHeight } = this.map.getContainer();
    return Math.min(clientWidth, clientHeight) > 2 * Math.max(...PADDING);
  }

  begin() {
    if (!this.hasRoom()) {
      window.addEventListener("resize", () => this.begin(), { once: true });
      return;
    }
    this.begun = true;
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(this.data.views[0].bounds, { animate: false });
    this.measure();
    this.stage.useGround(this.data.grounds.at(0) || null, () => this.drawGround());
    this.stage.ways.tiles?.load();
    this.stage.own.load();
    this.stage.applyLayers();
    this.reserve();
    this.stage.labels.addTo(this.map);
    this.go(this.fromAddress(), false);
    if (!document.fullscreenEnabled) find("[data-do=full-screen]").hidden = true;
    // Type that arrives after the first picture has other widths.
    document.fonts.ready.then(() => {
      fit(this.section);
      this.box.dataset.ready = "yes";
    });
    whenIdle(() => this.pages.build(1), PAGES_AFTER_MS);
  }

  /** More of the ground is there: its names and what the legend says of it. */
  drawGround() {
    this.stage.labels.redraw();
    this.drawLegend();
  }

  /** Type size, symbols and lines for the window as it is. */
  measure() {
    this.map.invalidateSize({ animate: false });
    this.stage.resize(sizeOf(parseFloat(getComputedStyle(document.documentElement).fontSize)));
  }

  /** Keep room for the tallest legend of all views, so that the map is as high in each. */
  reserve() {
    const shown = this.legend.box;
    shown.style.minHeight = "";
    let tallest = 0;
    for (const view of this.data.views) {
      this.apply(view);
      this.map.fitBounds(view.bounds, { padding: PADDING, animate: false });
      this.drawLegend();
      tallest = Math.max(tallest, shown.offsetHeight);
    }
    shown.style.minHeight = `${tallest}px`;
    this.measure();
  }

  remeasure() {
    if (!this.begun || !this.hasRoom()) return;
    const [center, zoom] = [this.map.getCenter(), this.map.getZoom()];
    const moved = !this.again.hidden;
    this.ours = true;
    this.measure();
    this.reserve();
    this.apply(this.view);
    fit(this.section);
    if (!moved) return this.settle(false);
    this.map.setView(center, zoom, { animate: false });
    this.ours = false;
  }

  drawLegend() {
    const seen = this.stage.seen();
    seen.sites.push(...this.swipe.earlier.seenSites());
    this.legend.render(seen, this.text);
  }

  /** @param {BriefingView} view */
  apply(view) {
    this.stage.own.ask(view.asked);
    for (const id in view.layers) this.stage.setLayer(id, view.layers[id].visible, view.layers[id].opacity);
    this.stage.setOrder(view.order);
    this.stage.usePicture(view.picture);
    this.stage.update(lettersOf(this.data, view));
    this.stage.sites.mark(view.changes || "");
    this.swipe.show(view);
  }

  /**
   * Bring the map to the current view.
   *
   * @param {boolean} animate
   */
  settle(animate) {
    const bounds = L.latLngBounds(this.view.bounds);
    // Ends whatever moves the map now, so that its end is not taken for ours.
    this.map.stop();
    this.ours = true;
    this.again.hidden = true;
    if (!animate || this.still.matches) {
      this.map.fitBounds(bounds, { padding: PADDING, animate: false });
      this.arrive();
      return;
    }
    this.box.classList.add("pm-flying");
    this.map.flyToBounds(bounds, { padding: PADDING, duration: 1.5, easeLinearity: 0.3 });
  }

  arrive() {
    this.ours = false;
    this.box.classList.remove("pm-flying");
    this.drawLegend();
  }

  /**
   * Show the view `index`, or the nearest that there is.
   *
   * @param {number} index
   */
  go(index, animate = true) {
    const wanted = Math.max(0, Math.min(this.sections.length - 1, index));
    // Without room yet, the map begins with the view that the address then names.
    if (!this.begun || wanted === this.current) return;
    this.current = wanted;
    this.map.closePopup();
    this.pen.wipe();
    this.swipe.centre();
    this.sections.forEach((section, at) => { section.hidden = at !== wanted; });
    fit(this.section);
    this.apply(this.view);
    this.settle(animate);
    this.tell();
    // A page that is loaded anew, or framed by another, comes back to the view.
    if (location.hash !== `#${wanted + 1}`) history.replaceState(history.state, "", `#${wanted + 1}`);
  }

  /** Say around the map which view is shown. */
  tell() {
    const { title } = this.section.dataset;
    const number = this.current + 1;
    const count = this.sections.length;
    find(".place").textContent = `${number} / ${count}`;
    find("#said").textContent = `${number} / ${count} ${title}`;
    const progress = find("#progress");
    progress.setAttribute("aria-valuenow", String(number));
    find("i", progress).style.width = `${(100 * number) / count}%`;
    find("[data-do=previous]").setAttribute("aria-disabled", String(number === 1));
    find("[data-do=next]").setAttribute("aria-disabled", String(number === count));
    document.title = `${title} · ${find("h1").textContent}`;
    find("#notes").textContent = find(".notes", this.section).textContent;
    this.box.dataset.view = String(number);
    this.presenter.show();
  }

  /** What the presenter's window shows. */
  shown() {
    return {
      index: this.current,
      count: this.sections.length,
      notes: find(".notes", this.section).textContent || "",
      title: (/** @type {number} */ index) => this.sections[index]?.dataset.title || "",
    };
  }

  fromAddress() {
    const asked = parseInt(location.hash.slice(1), 10);
    return Number.isInteger(asked) ? asked - 1 : 0;
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(() => {});
  }

  /**
   * Do what is wished in the presenter's window. What lies over the view is in the way of the next one.
   *
   * @param {import("./presenter.js").TurningWish} wish
   */
  grant(wish) {
    if (wish !== "black") {
      closeDialogs();
      document.body.classList.remove("black");
      if (this.pages.shown) this.pages.show(false, this.current);
    }
    this.actions[wish]();
  }

  togglePresenter() {
    if (this.presenter.toggle()) return;
    const line = find("#notice");
    line.textContent = this.text("present.presenter-blocked");
    line.hidden = false;
    setTimeout(() => { line.hidden = true; }, NOTICE_MS);
  }

  toggleNotes() {
    const panel = find("#notes");
    panel.hidden = !panel.hidden;
    find("[data-do=notes]").setAttribute("aria-pressed", String(!panel.hidden));
  }

  /** Close what lies over the view; tell the page around this one if there is nothing to close. */
  close() {
    const dialog = openDialog();
    if (dialog) dialog.close();
    else if (this.pen.on) this.pen.toggle();
    else if (this.pages.shown) this.pages.show(false, this.current);
    else if (this.box.querySelector(".leaflet-popup")) this.map.closePopup();
    else if (!find("#notes").hidden) this.toggleNotes();
    else if (document.body.classList.contains("black")) document.body.classList.remove("black");
    else if (window.parent !== window) window.parent.postMessage({ type: "planmap:leave" }, "*");
  }
}

/**
 * A click on a row, and not only on the title in it, asks where its status comes from.
 *
 * @param {(task: number) => void} ask
 */
function listenForTasks(ask) {
  for (const place of ["#words", "#list"]) {
    find(place).addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("[data-task]") : null;
      if (row instanceof HTMLElement) ask(Number(row.dataset.task));
    });
  }
}
