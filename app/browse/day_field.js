/*
 * The day as of which everything is shown: typed, or chosen by month, or played month by month. Every choice is one
 * change for the page's script, and playing waits until the map shows a month before it goes on to the next.
 */

/** @import { Component } from "../component" */

/** @typedef {{ day: string, turn: number }} Choice */
/**
 * @typedef {object} Data
 * @property {Choice} choice the day, and the number of the choice that it comes from
 * @property {string[]} months the last day of each month that can be chosen; the last one is the last day of all
 * @property {string} first
 * @property {string} last
 * @property {string} today
 * @property {Record<"label" | "months" | "play" | "stop" | "next" | "today" | "unread" | "outside", string>} labels
 */

const SHOWN_MS = 700; // How long a month stands while playing, at least.
const PATIENCE_MS = 20_000; // Nothing comes of a step for as long only if the server or the map is away.

/** @type {WeakMap<Element, DayField>} */
const fields = new WeakMap();

/**
 * The day that somebody has typed, as 2024-03-05; null if it is none. Other ways to write one are understood.
 *
 * @param {string} typed
 */
export function readDay(typed) {
  // Digits and full stops of a Chinese keyboard are in full width.
  const plain = typed.normalize("NFKC").trim();
  const found = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(plain) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(plain);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  // The thirtieth of February would be one of March.
  if (year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.toISOString().slice(0, 10);
}

class DayField {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.label = document.createElement("span");
    this.input = document.createElement("input");
    this.range = document.createElement("input");
    this.button = document.createElement("button");
    this.back = document.createElement("button");
    this.problem = document.createElement("p");
    /** @type {Data | null} */
    this.data = null;
    /** @type {Choice} */
    this.now = { day: "", turn: 0 };
    /** @type {(choice: Choice) => void} */
    this.send = () => {};
    this.playing = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** What has come of the step that is waited for: the page's script, the map, and the time that it is to stand. */
    this.step = { script: true, map: true, time: true };
    const label = document.createElement("label");
    label.append(this.label, this.input);
    Object.assign(this.input, { type: "text", inputMode: "numeric", autocomplete: "off", spellcheck: false });
    Object.assign(this.range, { type: "range", min: "0", step: "1" });
    this.button.type = "button";
    this.back.type = "button";
    this.back.className = "pm-today";
    this.back.hidden = true;
    this.problem.id = "pm-day-problem";
    this.problem.setAttribute("role", "alert");
    this.input.setAttribute("aria-describedby", this.problem.id);
    host.setAttribute("role", "group");
    host.replaceChildren(label, this.range, this.button, this.back, this.problem);
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.typed();
      if (event.key === "Escape") this.show();
    });
    this.input.addEventListener("change", () => this.typed());
    this.range.addEventListener("input", () => {
      this.stop();
      this.input.value = this.month;
      this.range.setAttribute("aria-valuetext", this.month);
    });
    // Only when it is let go, so that a drag is one change.
    this.range.addEventListener("change", () => this.choose(this.month));
    this.button.addEventListener("click", () => this.pressed());
    this.back.addEventListener("click", () => {
      this.stop();
      if (this.data) this.choose(this.data.today);
      this.input.focus();
    });
    window.addEventListener("message", (event) => {
      if (event.origin === window.location.origin && event.data?.type === "planmap:day") this.drawn(event.data.day);
    });
  }

  get month() {
    return this.data?.months[Number(this.range.value)] ?? "";
  }

  get calm() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    // An answer to an earlier choice does not undo a later one.
    if (data.choice.turn >= this.now.turn) {
      const same = data.choice.day === this.now.day && data.choice.turn === this.now.turn;
      this.now = data.choice;
      if (!same || document.activeElement !== this.input) this.show();
      this.came("script");
    }
    this.label.textContent = data.labels.label;
    this.host.setAttribute("aria-label", data.labels.label);
    this.range.setAttribute("aria-label", data.labels.months);
    this.drawButton();
  }

  /** Show the day that stands, and that nothing is wrong. */
  show() {
    if (!this.data) return;
    const { months } = this.data;
    this.input.value = this.now.day;
    this.range.max = String(months.length - 1);
    const month = months.findIndex((last) => this.now.day <= last);
    this.range.value = String(month < 0 ? months.length - 1 : month);
    this.range.setAttribute("aria-valuetext", this.now.day);
    this.back.hidden = this.now.day === this.data.today;
    this.complain("");
  }

  /** @param {string} words */
  complain(words) {
    this.problem.textContent = words;
    if (words) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  typed() {
    if (!this.data) return;
    this.stop();
    const day = readDay(this.input.value);
    const { first, last, labels } = this.data;
    if (!day) return this.complain(labels.unread);
    if (day < first || day > last) return this.complain(labels.outside);
    this.choose(day);
  }

  /** @param {string} day */
  choose(day) {
    const before = this.now.day;
    this.now = day === before ? this.now : { day, turn: this.now.turn + 1 };
    this.show();
    if (day !== before) this.send(this.now);
  }

  pressed() {
    if (this.playing) return this.stop();
    if (!this.calm) this.playing = true;
    this.drawButton();
    this.go();
  }

  /** Go to the next month; from the last one to the first, if that is where playing begins. */
  go() {
    if (!this.data) return;
    const { months } = this.data;
    const at = Number(this.range.value);
    // A day inside a month is first followed by the month's end.
    const next = this.now.day < months[at] ? at : at + 1;
    // A page without a map waits for none.
    this.step = { script: false, map: !document.getElementById("planmap-map"), time: this.calm };
    clearTimeout(this.timer);
    if (this.playing) {
      this.timer = setTimeout(() => {
        this.came("time");
        this.timer = setTimeout(() => this.stop(), PATIENCE_MS);
      }, SHOWN_MS);
    }
    this.choose(months[next < months.length ? next : 0]);
  }

  /** @param {string} day */
  drawn(day) {
    if (day === this.now.day) this.came("map");
  }

  /** @param {"script" | "map" | "time"} what */
  came(what) {
    this.step[what] = true;
    if (!this.playing || !this.step.script || !this.step.map || !this.step.time) return;
    if (this.now.day === this.data?.months.at(-1)) this.stop();
    else this.go();
  }

  stop() {
    clearTimeout(this.timer);
    this.playing = false;
    this.drawButton();
  }

  drawButton() {
    if (!this.data) return;
    const { play, stop, next } = this.data.labels;
    const words = this.playing ? stop : this.calm ? next : play;
    this.back.textContent = "↺";
    this.back.title = this.data.labels.today;
    this.back.setAttribute("aria-label", this.data.labels.today);
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.title = words;
    this.button.setAttribute("aria-label", words);
    this.button.dataset.playing = String(this.playing);
  }
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setStateValue }) {
  const host = /** @type {HTMLElement | null} */ (parentElement.querySelector(".pm-as-of"));
  if (!host) return;
  const field = fields.get(host) ?? new DayField(host);
  fields.set(host, field);
  field.send = (choice) => setStateValue("choice", choice);
  field.update(data);
}
