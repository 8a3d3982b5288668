/* The presenter's window: notes, this view and the next, clock and timer, in step with the window for the room.

   It is an empty document of the browser's own, which has the origin and the content policy of the briefing that opens
   it, also from a disk. So the briefing fills it and hears its keys by itself: no message is sent, and none is taken. */

import * as L from "leaflet";
import { find } from "./find.js";
import { Timer } from "./timer.js";

/** @import { Overview } from "./overview.js" */
/** @import { Text } from "./types" */

const make = L.DomUtil.create;

/**
 * @typedef {object} Shown what it is told of the briefing
 * @property {number} index of the view
 * @property {number} count
 * @property {string} notes
 * @property {(index: number) => string} title of a view; empty where there is none
 */

/** @typedef {"next" | "previous" | "first" | "last" | "black"} TurningWish what is done in the first window */
/** @typedef {TurningWish | "timer" | "reset" | "presenter"} Wish */

/** @type {Record<string, Wish>} */
const KEYS = {
  ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next", Enter: "next",
  ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", Backspace: "previous",
  Home: "first", End: "last", b: "black", ".": "black", s: "timer", 0: "reset", p: "presenter", Escape: "presenter",
};

const TICK_MS = 500;

export class Presenter {
  /**
   * @param {Text} text
   * @param {Overview} pages have a picture of each view
   * @param {() => Shown} shown
   * @param {(wish: TurningWish) => void} go does what is wished in the first window
   */
  constructor(text, pages, shown, go) {
    this.text = text;
    this.pages = pages;
    this.shown = shown;
    this.go = go;
    this.timer = new Timer(() => performance.now());
    /** @type {Window | null} */
    this.window = null;
    this.ticking = 0;
    this.body = make("div", "presenter");
    this.parts = this.build();
    pages.added = (index) => { if (index - this.shown().index < 2) this.draw(); };
    // What the briefing no longer fills would stand still, and nobody would know.
    window.addEventListener("pagehide", () => this.close());
  }

  get open() {
    return this.window !== null && !this.window.closed;
  }

  /** Open the window, or close it where it is open; return whether it could be. */
  toggle() {
    if (this.open) {
      this.close();
      return true;
    }
    const opened = window.open("", "", "popup,width=1120,height=720");
    if (!opened) return false;
    this.window = opened;
    this.fill(opened);
    if (!this.timer.running) this.timer.toggle();
    // Its own clock: what lies behind another window ticks slowly.
    this.ticking = opened.setInterval(() => this.tick(), TICK_MS);
    this.show();
    this.pages.build();
    this.mark();
    return true;
  }

  close() {
    const old = this.window;
    this.window = null;
    old?.clearInterval(this.ticking);
    if (this.timer.running) this.timer.toggle();
    old?.close();
    this.mark();
  }

  mark() {
    find("[data-do=presenter]").setAttribute("aria-pressed", String(this.open));
  }

  build() {
    const { text, body } = this;
    const head = make("header", "", body);
    const place = make("b", "place", head);
    const timer = clock(head, "timer", text("present.timer"));
    const start = this.button(head, "timer", "");
    this.button(head, "reset", text("present.timer-reset"));
    const now = clock(head, "now", text("present.clock"));
    const [current, next] = ["this-view", "next-view"].map((key) => {
      const box = make("section", key, body);
      make("h2", "", box).textContent = text("present." + key);
      return { title: make("p", "title", box), picture: make("div", "preview", box) };
    });
    const aside = make("aside", "", body);
    make("h2", "", aside).textContent = text("present.notes");
    const notes = make("p", "words", aside);
    notes.tabIndex = 0;
    const foot = make("footer", "", body);
    this.button(foot, "previous", text("present.previous"));
    this.button(foot, "next", text("present.next"));
    this.button(foot, "black", text("present.black"));
    return { place, timer, start, now, current, next, notes };
  }

  /**
   * @param {HTMLElement} parent
   * @param {Wish} wish
   * @param {string} words
   */
  button(parent, wish, words) {
    const button = make("button", "", parent);
    button.dataset.wish = wish;
    button.textContent = words;
    button.addEventListener("click", (event) => {
      this.do(wish);
      if (event.detail) button.blur();
    });
    return button;
  }

  /** @param {Window} opened */
  fill(opened) {
    const { document: page } = opened;
    // Some browsers would put another empty document in the place of this one; and it must not have their quirks.
    page.open();
    page.write("<!doctype html>");
    page.close();
    page.title = `${this.text("present.presenter")} · ${find("h1").textContent}`;
    page.documentElement.lang = document.documentElement.lang;
    // Typeface, colours and all: they are inside the briefing.
    for (const sheet of document.querySelectorAll("style")) page.head.append(page.importNode(sheet, true));
    const symbols = document.getElementById("pm-symbols");
    page.body.replaceChildren(...(symbols ? [page.importNode(symbols, true)] : []), this.body);
    page.addEventListener("keydown", (event) => this.key(event));
    opened.addEventListener("resize", () => this.scale());
    // Reloaded it would be empty.
    opened.addEventListener("pagehide", () => { if (this.window === opened) this.close(); });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const wish = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!wish) return;
    // An element of another window is none of this window's kinds.
    const { tagName } = /** @type {Element} */ (event.target);
    if (tagName === "BUTTON" && (event.key === " " || event.key === "Enter")) return;
    event.preventDefault();
    this.do(event.key === " " && event.shiftKey ? "previous" : wish);
  }

  /** @param {Wish} wish */
  do(wish) {
    if (wish === "presenter") return this.close();
    if (wish === "timer") this.timer.toggle();
    else if (wish === "reset") this.timer.reset();
    else return this.go(wish);
    this.tick();
  }

  /** Show the view that the first window shows. */
  show() {
    if (!this.open) return;
    const { index, count, notes, title } = this.shown();
    const { place, current, next } = this.parts;
    place.textContent = `${index + 1} / ${count}`;
    this.parts.notes.textContent = notes || this.text("present.no-notes");
    this.parts.notes.scrollTop = 0;
    current.title.textContent = title(index);
    next.title.textContent = title(index + 1) || this.text("present.end-view");
    for (const [wish, off] of /** @type {const} */ ([["previous", index === 0], ["next", index === count - 1]])) {
      find(`[data-wish=${wish}]`, this.body).setAttribute("aria-disabled", String(off));
    }
    this.draw();
    this.tick();
  }

  draw() {
    if (!this.open) return;
    const { index } = this.shown();
    [this.parts.current, this.parts.next].forEach(({ picture }, after) => {
      const page = this.pages.page(index + after);
      picture.replaceChildren(...(page ? [copyOf(page)] : []));
    });
    this.scale();
  }

  /** Make the pictures as wide as their places. */
  scale() {
    for (const { picture } of [this.parts.current, this.parts.next]) {
      const page = /** @type {HTMLElement | null} */ (picture.firstElementChild);
      if (page) picture.style.setProperty("--scale", String(picture.clientWidth / page.offsetWidth));
    }
  }

  tick() {
    const { timer, start, now } = this.parts;
    timer.textContent = String(this.timer);
    start.textContent = this.text(this.timer.running ? "present.timer-pause" : "present.timer-start");
    now.textContent = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  }
}

/**
 * @param {HTMLElement} parent
 * @param {string} name
 * @param {string} words
 */
function clock(parent, name, words) {
  const box = make("p", name, parent);
  make("span", "", box).textContent = words;
  return make("b", "", box);
}

// Of a canvas for paper, which has many more dots than are seen here: so few that they are not torn when it is made small.
const DOTS = 0.4;

/**
 * A page as it looks now. A canvas is copied without what is drawn on it.
 *
 * @param {HTMLElement} page
 */
function copyOf(page) {
  const copy = /** @type {HTMLElement} */ (page.cloneNode(true));
  const drawn = page.querySelectorAll("canvas");
  copy.querySelectorAll("canvas").forEach((canvas, index) => {
    const { width, height } = drawn[index];
    if (!width || !height) return;
    Object.assign(canvas, { width: Math.ceil(width * DOTS), height: Math.ceil(height * DOTS) });
    const brush = canvas.getContext("2d");
    if (!brush) return;
    brush.imageSmoothingQuality = "high";
    brush.drawImage(drawn[index], 0, 0, canvas.width, canvas.height);
  });
  return copy;
}
