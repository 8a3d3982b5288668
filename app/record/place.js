/*
 * The form that places a site: drawn on the map beside it, or by coordinates in the datum that somebody has them in.
 * What is begun is kept by this browser until the page's script says that it is stored; see record.js.
 */

import { askOver, busy, clearFaults, element, field, inputs, keep, kept, labelled, markFaults, newId } from "./fields.js";

/** @import { Component } from "../component" */

/** @typedef {Record<string, string>} Fields content of the form by the names of its fields */
/** @typedef {"point" | "line" | "area" | "typed" | "none"} How */
/** @typedef {{ words: string, shape: GeoJSON.Geometry | null, given: Fields }} Stand where the site was from some moment on */
/**
 * @typedef {object} Site
 * @property {string} id
 * @property {string} name
 * @property {boolean} placed
 * @property {string} known the latest amendment of it
 * @property {Fields} given what can be set of it besides its shape, as it now is
 * @property {string[]} ids of all amendments of it
 * @property {Stand[]} stands the oldest first
 */
/** @typedef {{ sent: number, done: boolean, words: string, faults: Fields, newer: string[], known: string }} Answer */
/**
 * @typedef {object} Data
 * @property {string} plan
 * @property {string} language
 * @property {boolean} fixed whether nothing can be placed here, only looked at
 * @property {boolean} closed whether nothing can be stored just now
 * @property {string} by who has signed in; empty where nobody signs in
 * @property {Site[]} sites
 * @property {Record<string, [string, string][]>} choices
 * @property {Record<string, string>} labels
 * @property {Answer | null} answer
 */
/**
 * @typedef {object} Draft
 * @property {string} id
 * @property {How} how
 * @property {GeoJSON.Geometry | null} shape
 * @property {string} known
 * @property {Fields} fields
 */

const DRAFT = "planmap.place.";
const NAME = "planmap.recorder";
const PATIENCE_MS = 8000;
const TYPING_MS = 300;
const TYPED = ["datum", "text", "zone"];
const GIVEN = ["precision", "accuracy_m", "source_zh", "source_en", "licence", "note_zh"];
const ABOUT = ["summary_zh", "recorded_by"];

/** @type {WeakMap<Element, PlaceForm>} */
const forms = new WeakMap();

/** @type {PlaceForm | null} */
let current = null;

function theFrame() {
  const found = document.getElementById("planmap-map");
  return found instanceof HTMLIFrameElement ? found : null;
}

window.addEventListener("message", (event) => {
  if (event.source !== theFrame()?.contentWindow || event.origin !== window.location.origin || !current) return;
  if (event.data?.type === "planmap:drawn") current.drawn(event.data.shape, event.data.pixel);
  // A map that has come anew knows nothing yet of what is being placed.
  if (event.data?.type === "planmap:ready") current.tellMap();
});

class PlaceForm {
  /** @param {Element} host */
  constructor(host) {
    /** @type {Data | null} */
    this.data = null;
    /** @type {(message: object) => void} */
    this.send = () => {};
    this.site = "";
    this.isOpen = false;
    this.waiting = 0;
    this.looks = false;
    this.asked = 0;
    /** Numbers of the stands that are shown on the map. */
    this.shown = new Set();
    this.language = "";
    this.button = element("button", { type: "button", class: "pm-place-open" });
    this.said = element("p", { role: "status", class: "pm-place-said" });
    this.form = element("form", { novalidate: "", autocomplete: "off", class: "pm-place-form", hidden: "" });
    host.replaceChildren(this.button, this.said, this.form);
    this.button.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("input", (event) => this.typed(event.target));
    this.form.addEventListener("keydown", (event) => event.stopPropagation());
  }

  get chosen() {
    return this.data?.sites.find((site) => site.id === this.site) ?? this.data?.sites[0];
  }

  /** Of whoever has signed in: what they began is not for the next who uses this browser. */
  get key() {
    return DRAFT + this.data?.plan + "." + this.chosen?.id + (this.data?.by ? "." + this.data.by : "");
  }

  /** @returns {Draft | null} */
  get draft() {
    try {
      return JSON.parse(kept(this.key) || "null");
    } catch {
      return null;
    }
  }

  set draft(draft) {
    keep(this.key, draft ? JSON.stringify(draft) : "");
  }

  /**
   * @param {Data} data
   * @param {(message: object) => void} send
   */
  take(data, send) {
    this.data = data;
    this.send = send;
    const { answer, sites, labels } = data;
    if (!sites.some((site) => site.id === this.site)) {
      if (this.isOpen) this.close();
      this.site = sites[0]?.id ?? "";
      this.said.textContent = "";
    }
    const draft = this.draft;
    if (draft && !this.waiting && this.chosen?.ids.includes(draft.id)) this.draft = null;
    this.button.hidden = sites.length === 0 || (data.fixed && sites.every((site) => site.stands.length < 2));
    this.name();
    if (this.isOpen && this.language !== labels.open) this.draw();
    if (answer && answer.sent === this.waiting && this.waiting) this.hear(answer);
    this.enable();
  }

  name() {
    const { labels, fixed } = /** @type {Data} */ (this.data);
    const words = fixed ? labels.history : this.draft ? labels.draft : this.chosen?.placed ? labels.move : labels.open;
    this.button.textContent = words;
    this.button.setAttribute("aria-expanded", String(this.isOpen));
  }

  open() {
    if (!this.data || !this.chosen) return;
    // The one of the page that the map speaks to.
    current = this;
    this.isOpen = true;
    this.said.textContent = "";
    this.looks = true;
    this.draw();
    this.form.hidden = false;
    this.name();
    this.form.querySelector("input")?.focus({ preventScroll: true });
  }

  close() {
    this.isOpen = false;
    this.form.hidden = true;
    this.shown.clear();
    this.tellMap();
    this.name();
  }

  draw() {
    const { data, chosen } = this;
    if (!data || !chosen) return;
    const { labels, choices } = data;
    this.language = labels.open;
    const sites = element("select", { name: "site" });
    for (const { id, name } of data.sites) sites.append(element("option", { value: id }, name));
    sites.value = chosen.id;
    const which = element("label", { class: "pm-wide" }, element("span", {}, labels.site), sites);
    which.hidden = data.sites.length < 2;
    const history = this.history();
    if (data.fixed) {
      this.form.replaceChildren(which, history);
      this.tellMap();
      return;
    }
    const ways = element("div", { class: "pm-record-kinds", role: "radiogroup", "aria-label": labels.how });
    for (const how of ["point", "line", "area", "typed", ...(chosen.placed ? ["none"] : [])]) {
      ways.append(element("label", {}, element("input", { type: "radio", name: "how", value: how }), labels[how]));
    }
    const one = (/** @type {string} */ name, options = {}) => labelled(name, labels, choices[name], options);
    const again = element("button", { type: "button", class: "pm-place-again" }, labels.again);
    again.addEventListener("click", () => this.drawAgain());
    const cancel = element("button", { type: "button" }, labels.close);
    cancel.addEventListener("click", () => this.close());
    const empty = element("button", { type: "button", class: "pm-record-empty" }, labels.empty);
    empty.addEventListener("click", () => {
      this.draft = null;
      this.draw();
      this.name();
    });
    this.form.replaceChildren(
      which,
      ways,
      element("div", { class: "pm-place-typed pm-wide" },
        one("datum"), one("text", { placeholder: "117.35, 39.13" }), one("zone", { placeholder: "39" })),
      element("p", { class: "pm-place-read pm-wide", role: "status" }),
      again,
      one("precision", { required: true }),
      one("accuracy_m"),
      one("source_zh", { required: true, wide: true }),
      one("source_en", { wide: true }),
      one("licence", { wide: true }),
      one("note_zh", { long: true }),
      one("summary_zh", { required: true, long: true }),
      one("recorded_by", { required: true }),
      element("div", { class: "pm-record-answer", role: "alert" }),
      element("footer", {}, empty, cancel, element("button", { type: "submit" }, labels.save)),
      history,
    );
    this.fill();
  }

  /** The places where the site has been, each to be seen on the map, and to be gone back to. */
  history() {
    const { data, chosen } = this;
    const box = element("details", { class: "pm-place-history pm-wide" });
    if (!data || !chosen) return box;
    const { labels, fixed } = data;
    box.open = fixed;
    box.append(element("summary", {}, labels.history));
    const list = element("ol", { reversed: "" });
    for (const [number, stand] of [...chosen.stands.entries()].reverse()) {
      const row = element("li", {}, stand.words);
      if (stand.shape) {
        const box_ = element("input", { type: "checkbox" });
        box_.checked = this.shown.has(number);
        box_.addEventListener("input", (event) => {
          event.stopPropagation();
          if (box_.checked) this.shown.add(number);
          else this.shown.delete(number);
          this.tellMap(stand.shape);
        });
        row.append(" ", element("label", {}, box_, labels.show));
      }
      if (!fixed && number < chosen.stands.length - 1 && stand.shape) {
        const back = element("button", { type: "button" }, labels.back);
        back.addEventListener("click", () => this.goBack(stand));
        row.append(" ", back);
      }
      list.append(row);
    }
    box.append(list);
    box.hidden = chosen.stands.length < 2;
    return box;
  }

  fill() {
    const { data, chosen, draft, form } = this;
    if (!data || !chosen) return;
    /** @type {Fields} */
    const fields = draft?.fields ?? {
      datum: "wgs84",
      note_zh: chosen.given.note_zh,
      recorded_by: kept(NAME),
    };
    for (const input of inputs(form)) {
      if (input.type === "radio") input.checked = input.value === (draft?.how ?? "point");
      else if (input.name !== "site") input.value = fields[input.name] ?? (input.name === "datum" ? "wgs84" : "");
    }
    if (data.by) {
      const who = /** @type {HTMLInputElement} */ (/** @type {unknown} */ (field(form, "recorded_by")));
      who.value = data.by;
      who.readOnly = true;
    }
    this.show();
    this.describe("");
    this.tellMap();
    if (this.how === "typed") void this.read();
  }

  /** @returns {How} */
  get how() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=how]:checked"));
    return /** @type {How} */ (chosen?.value ?? "point");
  }

  show() {
    const { how, form } = this;
    form.dataset.how = how;
    form.querySelector(".pm-place-typed")?.toggleAttribute("hidden", how !== "typed");
    field(form, "zone").closest("label")?.toggleAttribute("hidden", field(form, "datum").value !== "cgcs2000-grid");
    for (const name of GIVEN.filter((one) => one !== "note_zh")) {
      field(form, name).closest("label")?.toggleAttribute("hidden", how === "none");
    }
    const why = field(form, "summary_zh").closest("label")?.querySelector("span");
    if (why) why.textContent = this.data?.labels.why + " *";
    form.querySelector(".pm-place-again")?.toggleAttribute("hidden", how === "typed" || how === "none" || !this.draft?.shape);
  }

  /** @param {EventTarget | null} target */
  typed(target) {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement)) return;
    if (target.name === "site") {
      this.site = target.value;
      this.shown.clear();
      this.looks = true;
      this.draw();
      this.name();
      return;
    }
    if (!target.name) return;
    if (target.name === "recorded_by") keep(NAME, target.value.trim());
    target.removeAttribute("aria-invalid");
    const before = this.draft?.how ?? "point";
    const turned = target.name === "how" && target.value !== before;
    this.remember(turned ? null : this.draft?.shape ?? null);
    this.show();
    if (turned) {
      this.describe("");
      this.tellMap();
    }
    if (this.how === "typed" && (turned || TYPED.includes(target.name))) {
      clearTimeout(this.asked);
      this.asked = window.setTimeout(() => void this.read(), TYPING_MS);
    }
  }

  /** @param {GeoJSON.Geometry | null} shape */
  remember(shape) {
    const before = this.draft;
    const fields = Object.fromEntries(inputs(this.form).map((input) => [input.name, input.value]));
    for (const name of ["site", "how", ""]) delete fields[name];
    this.draft = { id: before?.id ?? newId("a"), how: this.how, shape, known: before?.known ?? this.chosen?.known ?? "", fields };
    this.name();
  }

  /** Have the server say where the position that was typed is. */
  async read() {
    const { form, data } = this;
    if (!data) return;
    const [text, datum, zone] = ["text", "datum", "zone"].map((name) => field(form, name).value.trim());
    if (!text) {
      this.describe("");
      return;
    }
    const asked = new URLSearchParams({ text, datum, zone, lang: data.language });
    try {
      const answer = await fetch("/position?" + asked);
      const { at, words } = await answer.json();
      // What was typed meanwhile is asked for anew.
      if (this.how !== "typed" || field(form, "text").value.trim() !== text || field(form, "datum").value !== datum) return;
      this.remember(at.length ? { type: "Point", coordinates: at } : null);
      this.describe(words, !at.length);
      this.looks = true;
      this.tellMap();
    } catch {
      this.describe(data.labels.away, true);
    }
  }

  /**
   * Take over what has been drawn on the map.
   *
   * @param {GeoJSON.Geometry | null} shape
   * @param {number} pixel metres on the ground of a pixel of the map
   */
  drawn(shape, pixel) {
    if (!this.isOpen || !this.data || this.data.fixed) return;
    // A position that was typed and is then dragged is no longer the one that was typed.
    if (this.how === "typed") {
      const point = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=how][value=point]"));
      if (point) point.checked = true;
    }
    this.remember(shape);
    this.show();
    const { labels } = this.data;
    const corners = shape ? corner(shape) : [];
    const [x, y] = corners[0] ?? [0, 0];
    const one = corners.length === 1;
    const what = one ? `WGS 84 ${x.toFixed(5)}°, ${y.toFixed(5)}°` : labels.corners.replace("{count}", String(corners.length));
    this.describe(shape ? what + " · " + labels.pixel.replace("{metres}", String(Math.max(1, Math.ceil(2 * pixel)))) : "");
  }

  drawAgain() {
    this.remember(null);
    this.show();
    this.describe("");
    this.tellMap();
  }

  /** @param {Stand} stand */
  goBack(stand) {
    for (const name of GIVEN) field(this.form, name).value = stand.given[name] ?? "";
    const kind = stand.shape?.type ?? "Point";
    const how = kind.endsWith("Point") ? "point" : kind.endsWith("Polygon") ? "area" : "line";
    const radio = /** @type {HTMLInputElement | null} */ (this.form.querySelector(`[name=how][value=${how}]`));
    if (radio) radio.checked = true;
    this.remember(stand.shape);
    this.looks = true;
    this.show();
    this.describe(stand.words);
    this.tellMap();
    field(this.form, "summary_zh").focus();
  }

  /**
   * @param {string} words on the shape
   * @param {boolean} wrong
   */
  describe(words, wrong = false) {
    const place = this.form.querySelector(".pm-place-read");
    if (!place || !this.data) return;
    const { labels } = this.data;
    place.textContent = words || (this.how === "typed" ? "" : this.draft?.shape ? labels.there : labels["help-" + this.how]);
    place.classList.toggle("pm-place-wrong", wrong);
  }

  /**
   * Tell the map what is being placed.
   *
   * @param {GeoJSON.Geometry | null} [look] where it is to go, if not to the shape
   */
  tellMap(look = null) {
    const { data, chosen, draft, shown, how } = this;
    const frame = theFrame();
    if (!frame || !data) return;
    const earlier = chosen?.stands.flatMap(({ shape }, number) => (shape && shown.has(number) ? [shape] : [])) ?? [];
    const draws = data.fixed || how === "typed" || how === "none" ? "" : how;
    const shape = data.fixed || how === "none" ? null : draft?.shape ?? null;
    const place = this.isOpen ? { draws, shape, earlier, looks: this.looks, look, language: data.language } : null;
    this.looks = false;
    frame.contentWindow?.postMessage({ type: "planmap:place", place }, window.location.origin);
  }

  submit() {
    if (!this.data || this.waiting || this.data.closed || this.data.fixed) return;
    const { labels } = this.data;
    this.remember(this.draft?.shape ?? null);
    const draft = /** @type {Draft} */ (this.draft);
    if (!this.data.by) keep(NAME, draft.fields.recorded_by.trim());
    const missing = inputs(this.form).filter((input) => input.required && !input.value.trim() && !input.closest("[hidden]"));
    /** @type {Fields} */
    const faults = Object.fromEntries(missing.map((input) => [input.name, labels.required]));
    const shapeless = draft.how !== "none" && !draft.shape;
    if (missing.length || shapeless) {
      this.complain({ sent: 0, done: false, words: shapeless ? labels["no-shape"] : "", faults, newer: [], known: "" });
      return;
    }
    this.complain(null);
    this.waiting = Date.now();
    this.enable();
    this.pass(draft, 0);
    this.wait(this.waiting, 1);
  }

  /**
   * @param {Draft} draft
   * @param {number} times that it has been sent before
   */
  pass({ id, how, shape, known, fields }, times) {
    const said = Object.fromEntries([...GIVEN, ...ABOUT].map((name) => [name, fields[name] ?? ""]));
    const drawn = how === "none" || !shape ? "" : JSON.stringify(shape);
    this.send({ id, site: this.chosen?.id, known, shape: drawn, fields: said, sent: this.waiting, times });
  }

  /**
   * @param {number} sent
   * @param {number} times
   */
  wait(sent, times) {
    setTimeout(() => {
      const { draft, data } = this;
      if (this.waiting !== sent || !data || !draft) return;
      if (!busy()) this.pass(draft, times);
      this.tell(data.labels.unanswered);
      this.wait(sent, times + 1);
    }, PATIENCE_MS);
  }

  /** @param {Answer} answer */
  hear(answer) {
    this.waiting = 0;
    if (answer.done) {
      this.draft = null;
      this.close();
      this.said.textContent = answer.words;
      this.button.focus();
      return;
    }
    this.complain(answer);
  }

  /** @param {string} words */
  tell(words) {
    const place = this.form.querySelector(".pm-record-answer");
    if (place) place.textContent = words;
  }

  /** @param {Answer | null} answer */
  complain(answer) {
    clearFaults(this.form);
    this.tell(answer?.words ?? "");
    this.enable();
    if (!answer) return;
    if (answer.newer.length) this.ask(answer);
    const marked = markFaults(this.form, answer.faults, "pm-place-fault-");
    if (!marked) this.form.querySelector(".pm-record-answer")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Answer} answer */
  ask(answer) {
    const { labels } = /** @type {Data} */ (this.data);
    const anyway = () => {
      const { draft } = this;
      if (draft) this.draft = { ...draft, known: answer.known };
      this.submit();
    };
    const leave = () => {
      this.draft = null;
      this.close();
    };
    askOver(this.form.querySelector(".pm-record-answer"), answer.newer, labels, anyway, leave);
  }

  enable() {
    const { data } = this;
    const button = /** @type {HTMLButtonElement | null} */ (this.form.querySelector("[type=submit]"));
    if (!button || !data) return;
    button.disabled = data.closed || this.waiting !== 0;
    button.textContent = this.waiting ? data.labels.saving : data.labels.save;
    if (data.closed) this.tell(data.labels.away);
    else if (this.form.querySelector(".pm-record-answer")?.textContent === data.labels.away) this.tell("");
  }
}

/**
 * The corners of a shape; a ring's last one is its first.
 *
 * @param {GeoJSON.Geometry} shape
 * @returns {number[][]}
 */
function corner(shape) {
  if (shape.type === "GeometryCollection") return [];
  if (shape.type === "Point") return [shape.coordinates];
  if (shape.type === "Polygon") return shape.coordinates.flatMap((ring) => ring.slice(1));
  if (shape.type === "MultiPolygon") return shape.coordinates.flat().flatMap((ring) => ring.slice(1));
  return shape.type === "MultiLineString" ? shape.coordinates.flat() : shape.coordinates;
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".pm-place");
  if (!host) return;
  const form = forms.get(host) ?? new PlaceForm(host);
  forms.set(host, form);
  form.take(data, (message) => setTriggerValue("sent", message));
}
