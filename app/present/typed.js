/*
 * Keeps in this tab what is typed into the form of a slide, letter by letter, until the page's script says that it is
 * stored. What is left from before a reload, or from before the server was started anew, is handed to the script.
 */

/** @import { Component } from "../component" */

/** @typedef {Record<string, string>} Words content of fields by their names */
/** @typedef {{ plan: string, deck: string, number: number, base: Words }} Place the slide as it was stored */
/** @typedef {Place & { words: Words }} Entry what of the slide was typed over */
/**
 * @typedef {object} Data
 * @property {string} form the filling of the fields that is shown
 * @property {Place} place
 * @property {Words} raw what was typed when it was last stored, which may be stored in another way
 * @property {Words | null} words what the script has of what is typed, if it could not be stored
 * @property {Record<string, Words | null>} closed what is stored of earlier fillings; null if nothing is to be kept
 * @property {string} ready changes when the script can take what is left; empty if it cannot
 * @property {string} taken the filling of which it has just taken what was left
 */

const KEY = "planmap.typed";
const FILES = "[class*=st-key-take-] button"; // the buttons that make a file of the deck
const FIELD = /(?:^|\s)st-key-slide-(\w+?)--(\w+)(?:\s|$)/;

/**
 * The fillings that this page has shown.
 *
 * @type {Map<string, Place>}
 */
const places = new Map();
/**
 * What the script has said last.
 *
 * @type {Data | null}
 */
let latest = null;
/**
 * The button whose press waits.
 *
 * @type {HTMLElement | null}
 */
let pressed = null;
/** What was last handed over, so that the same is not handed over twice. */
let asked = "";

/** @returns {Record<string, Entry>} */
function read() {
  try {
    return JSON.parse(window.sessionStorage.getItem(KEY) || "{}");
  } catch {
    // A browser that keeps nothing; then only the server keeps what is typed.
    return {};
  }
}

/** @param {Record<string, Entry>} entries */
function write(entries) {
  try {
    if (Object.keys(entries).length) window.sessionStorage.setItem(KEY, JSON.stringify(entries));
    else window.sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

/** @param {string | undefined} text */
const plain = (text) => (text || "").replace(/\r\n?/g, "\n").trim();

/**
 * Take out of `entries` what is stored, as `base` says, of what was typed into `form`.
 *
 * @param {Record<string, Entry>} entries
 * @param {string} form
 * @param {Words} base
 * @param {Words} [raw] how it was typed, if it was stored in another way
 */
function settle(entries, form, base, raw = {}) {
  const entry = entries[form];
  if (!entry) return;
  const open = Object.entries(entry.words).filter(([name, text]) => {
    return plain(text) !== plain(base[name]) && plain(text) !== plain(raw[name] ?? base[name]);
  });
  if (open.length) entries[form] = { ...entry, base, words: Object.fromEntries(open) };
  else delete entries[form];
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  const [, name, form] = FIELD.exec(field.closest("[class*=st-key-slide-]")?.className || "") || [];
  const place = places.get(form);
  if (!place) return;
  const entries = read();
  const words = { ...entries[form]?.words, [name]: field.value };
  entries[form] = { ...place, words };
  settle(entries, form, place.base);
  write(entries);
});

// A press on a file that is to be made waits until it can hold what was typed just before.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target instanceof Element ? event.target.closest(FILES) : null;
    if (!(button instanceof HTMLElement) || !latest || latest.words || !read()[latest.form]) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = button;
  },
  true,
);

/** Let a press that has waited through, as soon as nothing is open or the page says why something is. */
function release() {
  if (!pressed || (latest && !latest.words && read()[latest.form])) return;
  const button = pressed;
  pressed = null;
  button.click();
}

/** @param {Component<Data>} component */
export default function ({ data, setTriggerValue }) {
  latest = data;
  const entries = read();
  delete entries[data.taken];
  for (const [form, base] of Object.entries(data.closed)) {
    if (base) settle(entries, form, base);
    else delete entries[form];
  }
  if (data.form) {
    places.set(data.form, data.place);
    if (data.words) entries[data.form] = { ...data.place, words: { ...data.words, ...entries[data.form]?.words } };
    settle(entries, data.form, data.place.base, data.raw);
    if (entries[data.form]) Object.assign(entries[data.form], data.place);
  }
  write(entries);
  release();
  const [form] = Object.keys(entries).filter((name) => name !== data.form);
  const what = data.ready && `${form} ${data.ready}`;
  if (!form || what === asked) return;
  asked = what;
  if (!what) return;
  setTriggerValue("left", { form, ...entries[form] });
}
