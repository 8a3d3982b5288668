/* The divider between two days: dragged, or moved by keys; at each side the day and how its tasks stand. */

import * as L from "leaflet";
import { Earlier } from "./earlier.js";
import { picture, statusSymbol } from "./symbols.js";

/** @import { BriefingView, DayCounts, Text } from "./types" */
/** @import { Stage } from "./stage.js" */

const make = L.DomUtil.create;

// Of the map's width, by a key.
const STEP = 0.05;
const START = 0.5;

export class Swipe {
  /**
   * @param {Stage} stage
   * @param {Text} text
   */
  constructor(stage, text) {
    this.text = text;
    this.map = stage.map;
    this.earlier = new Earlier(stage, text);
    this.share = START;
    this.sides = "";
    const host = this.map.getContainer();
    this.days = ["pm-day pm-day-before", "pm-day pm-day-after"].map((name) => make("div", name, host));
    this.line = make("div", "pm-swipe", host);
    make("i", "", this.line);
    this.line.tabIndex = 0;
    for (const [name, value] of Object.entries({ role: "slider", "aria-valuemin": "0", "aria-valuemax": "100" })) {
      this.line.setAttribute(name, value);
    }
    this.line.setAttribute("aria-label", text("present.divider"));
    this.listen();
    this.show(null);
  }

  listen() {
    const { line } = this;
    L.DomEvent.disableClickPropagation(line);
    line.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      line.setPointerCapture(event.pointerId);
      line.focus({ preventScroll: true });
    });
    line.addEventListener("pointermove", (event) => {
      if (!line.hasPointerCapture(event.pointerId)) return;
      const frame = this.map.getContainer().getBoundingClientRect();
      this.move((event.clientX - frame.left) / frame.width);
    });
    line.addEventListener("keydown", (event) => {
      /** @type {Record<string, number>} */
      const places = {
        ArrowLeft: this.share - STEP, ArrowDown: this.share - STEP, ArrowRight: this.share + STEP, ArrowUp: this.share + STEP,
        Home: 0, End: 1,
      };
      if (!(event.key in places) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      // The same keys turn pages.
      event.stopPropagation();
      this.move(places[event.key]);
    });
  }

  /**
   * Show both days of a view, or take everything away if it has one only.
   *
   * @param {BriefingView | null} view
   */
  show(view) {
    const before = view?.before || null;
    for (const part of [this.line, ...this.days]) part.hidden = !before;
    this.earlier.show(before, before?.moved || []);
    if (!view || !before) return;
    [before, view].forEach((side, index) => dayWords(this.days[index], side, this.text));
    this.sides = this.text("present.sides").replace("{before}", before.day).replace("{date}", view.day);
    this.move(this.share);
  }

  /** As a view begins. */
  centre() {
    this.move(START);
  }

  /**
   * Whether two days are shown.
   */
  get on() {
    return this.earlier.side !== null;
  }

  /** @param {number} steps to the right */
  step(steps) {
    if (this.on) this.move(this.share + steps * STEP);
  }

  /** @param {number} share of the map's width, left of which the earlier day is seen */
  move(share) {
    this.share = Math.max(0, Math.min(1, share));
    this.line.style.left = `${100 * this.share}%`;
    this.line.setAttribute("aria-valuenow", String(Math.round(100 * this.share)));
    this.line.setAttribute("aria-valuetext", `${Math.round(100 * this.share)} %: ${this.sides || ""}`);
    this.earlier.divide(this.share);
  }
}

/**
 * A day, and how many tasks have which status on it.
 *
 * @param {HTMLElement} box
 * @param {DayCounts} side
 * @param {Text} text
 */
export function dayWords(box, { day, counts }, text) {
  box.textContent = "";
  make("b", "", box).textContent = day;
  for (const [status, number, backed] of counts) {
    const part = make("span", "", box);
    part.append(picture(statusSymbol(status, backed), 16));
    make("span", "hidden-words", part).textContent = text("status." + status);
    part.append(String(number));
  }
}
