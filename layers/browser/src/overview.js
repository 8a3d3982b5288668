/* The views as pages, each with a map of its own: laid out side by side as the overview, one after another in print. */

import * as L from "leaflet";
import { find } from "./find.js";
import { fit } from "./fit.js";
import { whenIdle } from "./idle.js";
import { Legend } from "./legend.js";
import { Stage } from "./stage.js";
import { dayWords } from "./swipe.js";
import { lettersOf } from "./task_list.js";

/** @import { BriefingPlan, BriefingView, DayCounts, Text } from "./types" */

const make = L.DomUtil.create;

/** A4, lying, in CSS pixels. */
const PAGE = [297 * (96 / 25.4), 210 * (96 / 25.4)];

export class Overview {
  /**
   * @param {BriefingPlan} data
   * @param {Text} text
   * @param {HTMLElement[]} sections the words of each view
   * @param {string} source the line under every map
   * @param {(index: number) => void} open shows a view
   */
  constructor(data, text, sections, source, open) {
    this.data = data;
    this.text = text;
    this.sections = sections;
    this.source = source;
    this.open = open;
    this.built = 0;
    this.shown = false;
    this.box = find("#pages");
    /** @type {HTMLButtonElement[]} */
    this.cards = [];
    /**
     * Is told of each page that is there.
     *
     * @type {(index: number) => void}
     */
    this.added = () => {};
  }

  /**
   * The page of a view, if it has been made.
   *
   * @param {number} index
   * @returns {HTMLElement | null}
   */
  page(index) {
    return this.cards[index]?.parentElement?.querySelector(".page") || null;
  }

  /** Make up to `count` more pages, or all that are missing; go on with the rest when there is time. */
  build(count = Infinity) {
    const last = Math.min(this.sections.length, this.built + count);
    while (this.built < last) this.add(this.built++);
    if (this.built < this.sections.length) whenIdle(() => this.build(1), 30);
  }

  /** @param {number} index */
  add(index) {
    const section = this.sections[index];
    const card = make("div", "card", this.box);
    const page = make("div", "page", card);
    page.inert = true;
    const words = /** @type {HTMLElement} */ (section.cloneNode(true));
    words.hidden = false;
    for (const element of [words, ...words.querySelectorAll("[id]")]) element.removeAttribute("id");
    words.removeAttribute("aria-labelledby");
    page.append(words);
    const side = make("div", "side", page);
    const maps = make("div", "page-maps", side);
    const legend = make("div", "legend", side);
    const foot = make("p", "page-foot", page);
    make("span", "", foot).textContent = this.source;
    make("b", "", foot).textContent = `${index + 1} / ${this.sections.length}`;
    this.draw(maps, legend, this.data.views[index]);
    fit(words);
    const button = make("button", "pick", card);
    button.type = "button";
    button.setAttribute("aria-label", `${index + 1} ${section.dataset.title}`);
    button.addEventListener("click", () => {
      this.show(false, index);
      this.open(index);
    });
    this.cards.push(button);
    this.added(index);
  }

  /**
   * One map, or one for each of two days.
   *
   * @param {HTMLElement} maps
   * @param {HTMLElement} box of the legend
   * @param {BriefingView} view
   */
  draw(maps, box, view) {
    /** @type {Stage[]} */
    const stages = [];
    for (const side of view.before ? [view.before, view] : [view]) {
      const column = make("div", "page-side", maps);
      if (view.before) dayWords(make("p", "page-day", column), side, this.text);
      stages.push(this.drawMap(make("div", "page-map", column), view, side, box, stages));
    }
  }

  /**
   * @param {HTMLElement} place
   * @param {BriefingView} view
   * @param {DayCounts & { sites: string, tasks: string, overdue: string }} side how things stand on the day of this map
   * @param {HTMLElement} box of the legend
   * @param {Stage[]} others that the legend is for as well
   */
  drawMap(place, view, side, box, others) {
    const bare = { zoomControl: false, attributionControl: false, keyboard: false };
    const map = L.map(place, { ...bare, zoomSnap: 0, zoomAnimation: false, fadeAnimation: false });
    const fitMap = () => map.fitBounds(view.bounds, { padding: [28, 28], animate: false });
    fitMap();
    /** @type {() => void} */
    let render = () => {};
    const callbacks = { text: this.text, select: () => {}, measuring: () => false, changed: () => render() };
    const stage = new Stage(map, this.data, callbacks, { reach: "none" });
    Object.assign(stage.layers, view.layers);
    stage.setOrder(view.order);
    stage.usePicture(view.picture);
    stage.update(lettersOf(this.data, view, side));
    stage.applyLayers();
    stage.ring(view.before?.moved || []);
    const legend = new Legend(box, this.data.style, { brief: true });
    render = () => {
      const seen = stage.seen();
      seen.sites.push(...others.flatMap((other) => other.seen().sites));
      legend.render(seen, this.text);
    };
    stage.useGround(this.data.grounds.at(0) || null, () => {
      render();
      stage.labels.draw();
    });
    render();
    // The legend has taken some of the height of every map.
    for (const each of [...others.map((other) => other.map), map]) {
      each.invalidateSize({ animate: false });
      each.fitBounds(view.bounds, { padding: [28, 28], animate: false });
    }
    render();
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 120 }).addTo(map);
    // Paper has three times the dots of a screen. Of the ground twice as many will do: its picture is the largest.
    stage.labels.ratio = 3;
    stage.ways.ratio = 2;
    stage.ways.draw();
    stage.labels.addTo(map);
    stage.labels.draw();
    return stage;
  }

  /**
   * Show or hide the overview, with the card of the view `index` in focus.
   *
   * @param {boolean} on
   * @param {number} index
   */
  show(on, index) {
    if (on) {
      this.build();
      this.scale();
    }
    this.shown = on;
    document.body.classList.toggle("overview", on);
    find("#show").inert = on;
    this.cards.forEach((card, at) => {
      if (at === index) card.setAttribute("aria-current", "page");
      else card.removeAttribute("aria-current");
    });
    if (on) this.cards[index].focus();
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }

  /** Make the cards as large as lets all of them be seen at once, but not smaller than can be made out. */
  scale() {
    const gap = 0.016 * this.box.clientWidth;
    let best = 0.2;
    let columns = 4;
    for (let across = 1; across <= this.cards.length; across++) {
      const down = Math.ceil(this.cards.length / across);
      const wide = (this.box.clientWidth * 0.94 - gap * (across - 1)) / across / PAGE[0];
      const high = (this.box.clientHeight * 0.94 - gap * (down - 1)) / down / PAGE[1];
      const scale = Math.min(wide, high, 0.6);
      if (scale > best) [best, columns] = [scale, across];
    }
    this.box.style.setProperty("--across", String(columns));
    this.box.style.setProperty("--scale", String(best));
  }

  /**
   * Move the focus by the arrow keys; return whether `key` was one of ours.
   *
   * @param {string} key
   */
  key(key) {
    const across = Number(this.box.style.getPropertyValue("--across"));
    const last = this.cards.length - 1;
    const at = this.cards.findIndex((card) => card === document.activeElement);
    /** @type {Record<string, number>} */
    const places = {
      ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + across, ArrowUp: at - across,
      PageDown: at + 1, PageUp: at - 1, Home: 0, End: last,
    };
    if (!(key in places)) return false;
    this.cards[Math.max(0, Math.min(last, places[key]))].focus();
    return true;
  }
}
