/*
 * What changed since a day: a switch beside the as-of day. The day to begin with is that of the last look, which only
 * this browser knows; it is written when the page is left, so that a look does not wipe out what it is about to show.
 */

/** @import { Component } from "../component" */

/** @typedef {{ day: string, only: boolean, turn: number }} Choice `day` is empty while no changes are shown */
/**
 * @typedef {object} Data
 * @property {Choice} choice
 * @property {string} plan id of the plan
 * @property {string} today
 * @property {string} first the earliest day that can be chosen
 * @property {string} last the latest
 * @property {string} usual the day for a browser that has not looked before; empty where no day can be chosen
 * @property {string} line how much changed
 * @property {string} lines all changes, as text
 * @property {Record<Label, string>} labels
 */
/**
 * @typedef {"switch" | "hint" | "off" | "label" | "seen" | "only" | "copy" | "copied" | "by-hand" | "unread" | "outside"} Label
 */
/** @typedef {{ last: string, before: string }} Looks the last day on which somebody looked, and the one before that */

/** @type {WeakMap<Element, SinceField>} */
const fields = new WeakMap();

const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * @param {string} plan
 * @returns {Looks}
 */
function looks(plan) {
  try {
    const kept = JSON.parse(window.localStorage.getItem("planmap.seen." + plan) || "{}");
    return { last: DAY.test(kept.last) ? kept.last : "", before: DAY.test(kept.before) ? kept.before : "" };
  } catch {
    return { last: "", before: "" };
  }
}

/**
 * @param {string} plan
 * @param {string} today
 */
function keepLook(plan, today) {
  const { last, before } = looks(plan);
  try {
    window.localStorage.setItem("planmap.seen." + plan, JSON.stringify({ last: today, before: last === today ? before : last }));
  } catch {
    // Denied, or full: the next visit begins as the first did.
  }
}

/**
 * @param {string} typed
 * @returns {string} the day as 2024-03-05, empty for none
 */
function readDay(typed) {
  const plain = typed.normalize("NFKC").trim();
  const found = /^(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?$/.exec(plain);
  if (!found) return "";
  const [year, month, day] = found.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day ? "" : date.toISOString().slice(0, 10);
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [className]
 */
function make(name, className = "") {
  return Object.assign(document.createElement(name), { className });
}

class SinceField {
  /** @param {HTMLElement} host */
  constructor(host) {
    /** @type {Data | null} */
    this.data = null;
    /** @type {Choice} */
    this.now = { day: "", only: false, turn: 0 };
    /** @type {(choice: Choice) => void} */
    this.send = () => {};
    this.host = host;
    this.toggle = make("button", "pm-since-switch");
    this.toggle.type = "button";
    this.rest = make("div", "pm-since-rest");
    const label = make("label");
    this.label = make("span");
    this.input = make("input");
    Object.assign(this.input, { type: "text", inputMode: "numeric", autocomplete: "off", spellcheck: false });
    label.append(this.label, this.input);
    this.line = make("span", "pm-since-line");
    this.line.setAttribute("role", "status");
    const only = make("label", "pm-since-only");
    this.box = make("input");
    this.box.type = "checkbox";
    this.only = make("span");
    only.append(this.box, this.only);
    this.copy = make("button", "pm-since-copy");
    this.copy.type = "button";
    this.problem = make("p");
    this.problem.setAttribute("role", "alert");
    this.problem.id = "pm-since-problem";
    this.input.setAttribute("aria-describedby", this.problem.id);
    this.byHand = make("textarea");
    this.byHand.readOnly = true;
    this.byHand.hidden = true;
    this.rest.append(label, this.line, only, this.copy);
    host.replaceChildren(this.toggle, this.rest, this.problem, this.byHand);
    this.toggle.addEventListener("click", () => this.choose({ day: this.now.day ? "" : this.start, only: false }));
    this.box.addEventListener("change", () => this.choose({ only: this.box.checked }));
    this.input.addEventListener("change", () => this.typed());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.typed();
      if (event.key === "Escape") this.show();
    });
    this.copy.addEventListener("click", () => this.copyText());
    // Of both, a phone may only tell the first.
    document.addEventListener("visibilitychange", () => document.hidden && this.left());
    window.addEventListener("pagehide", () => this.left());
  }

  left() {
    if (this.data && this.host.isConnected) keepLook(this.data.plan, this.data.today);
  }

  /** The last look before the as-of day, else the usual day. */
  get start() {
    if (!this.data) return "";
    const { plan, first, last, usual } = this.data;
    const seen = looks(plan);
    return [seen.last, seen.before].find((day) => day && day >= first && day <= last) || usual;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    // An answer to an earlier choice does not undo a later one.
    if (data.choice.turn >= this.now.turn) {
      const same = data.choice.day === this.now.day && data.choice.turn === this.now.turn;
      this.now = data.choice;
      if (!same || document.activeElement !== this.input) this.input.value = this.now.day;
    }
    this.show();
  }

  show() {
    if (!this.data) return;
    const { labels, line, lines, usual } = this.data;
    const on = Boolean(this.now.day);
    this.toggle.textContent = labels.switch;
    this.toggle.title = on ? labels.off : this.hint();
    this.toggle.setAttribute("aria-pressed", String(on));
    this.toggle.disabled = !usual && !on;
    this.rest.hidden = !on;
    this.host.classList.toggle("pm-on", on);
    this.label.textContent = labels.label;
    this.input.title = this.hint();
    if (document.activeElement !== this.input) this.input.value = this.now.day;
    this.line.textContent = line;
    this.only.textContent = labels.only;
    this.box.checked = this.now.only;
    if (!this.copy.dataset.said) this.copy.textContent = labels.copy;
    if (this.byHand.value !== lines) this.byHand.hidden = true;
    this.byHand.value = lines;
    this.complain("");
  }

  hint() {
    if (!this.data) return "";
    const { plan, labels } = this.data;
    const { last } = looks(plan);
    return last ? labels.seen.replace("{day}", last) : labels.hint;
  }

  typed() {
    if (!this.data) return;
    const day = readDay(this.input.value);
    const { first, last, labels } = this.data;
    if (!day) return this.complain(labels.unread);
    if (day < first || day > last) return this.complain(labels.outside);
    this.choose({ day });
  }

  /** @param {Partial<Choice>} changes */
  choose(changes) {
    const next = { ...this.now, ...changes };
    if (next.day === this.now.day && next.only === this.now.only) return this.complain("");
    this.now = { ...next, turn: this.now.turn + 1 };
    this.input.value = this.now.day;
    this.show();
    this.send(this.now);
  }

  /** @param {string} words */
  complain(words) {
    this.problem.textContent = words;
    if (words) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  async copyText() {
    if (!this.data) return;
    const { labels, lines } = this.data;
    try {
      await navigator.clipboard.writeText(lines);
      this.copy.textContent = labels.copied;
      this.copy.dataset.said = "yes";
      setTimeout(() => {
        delete this.copy.dataset.said;
        this.copy.textContent = labels.copy;
      }, 2500);
    } catch {
      // Over plain HTTP from another machine there is no clipboard.
      this.byHand.hidden = false;
      this.byHand.setAttribute("aria-label", labels["by-hand"]);
      this.problem.textContent = labels["by-hand"];
      this.byHand.select();
    }
  }
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setStateValue }) {
  const host = /** @type {HTMLElement | null} */ (parentElement.querySelector(".pm-since"));
  if (!host) return;
  const field = fields.get(host) ?? new SinceField(host);
  fields.set(host, field);
  field.send = (choice) => setStateValue("choice", choice);
  field.update(data);
}
