/*
 * Suggestions below the search field, by the pattern of a combobox with a list (ARIA Authoring Practices 1.2). The field is
 * Streamlit's own, which keeps what is typed; this listens to it, asks the server's finder, and draws the list.
 */

/** @import { Component } from "../component" */

/** @typedef {{ language: string, label: string }} Data */
/** @typedef {{ found: string, id: string, name: string, kind: string, more: string }} Row */

const FIELD = ".st-key-search input";
const LIST = "pm-suggestions-list";

// Long enough to type the next letter, too short to wait for.
const PAUSE_MS = 120;

// Ten a second: a slow machine may take a minute to draw the field.
const ATTEMPTS = 600;

const state = {
  /** @type {Data} */
  data: { language: "zh", label: "" },
  /** @type {Row[]} */
  rows: [],
  note: "",
  active: -1,
  open: false,
  typed: "",
  timer: 0,
  /** The number of the question that is on its way; answers to earlier ones are not drawn. */
  asked: 0,
  /** What stood in the field when it was last known to be applied. */
  before: "",
};

/** @type {(chosen: { found: string, id: string, typed: string }) => void} */
let send = () => {};

/** @param {EventTarget | null} target */
function field(target = document.querySelector(FIELD)) {
  return target instanceof HTMLInputElement && target.matches(FIELD) ? target : null;
}

/** @param {HTMLInputElement} input */
function describe(input) {
  const attributes = {
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-controls": LIST,
    "aria-expanded": String(state.open),
    autocomplete: "off",
  };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  if (state.open && state.active >= 0) input.setAttribute("aria-activedescendant", `${LIST}-${state.active}`);
  else input.removeAttribute("aria-activedescendant");
}

/**
 * @param {string} kind
 * @param {string} words
 */
function piece(kind, words) {
  const element = document.createElement("span");
  element.className = kind;
  element.textContent = words;
  return element;
}

/** The list stands in the page itself: what it belongs to is cut off at the edge of its row. */
function thePlace() {
  const there = document.querySelector(".pm-suggestions-list");
  if (there instanceof HTMLElement) return there;
  const place = document.createElement("div");
  place.className = "pm-suggestions-list";
  place.hidden = true;
  const note = piece("pm-note", "");
  note.setAttribute("role", "status");
  const list = document.createElement("div");
  list.id = LIST;
  list.setAttribute("role", "listbox");
  place.append(note, list);
  // The field keeps the focus, and with it what is typed.
  place.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (row instanceof HTMLElement) choose(Number(row.dataset.row), false);
  });
  document.body.append(place);
  return place;
}

function draw() {
  const input = field();
  const place = thePlace();
  const [note, list] = place.children;
  state.open = state.open && input !== null && (state.rows.length > 0 || state.note !== "");
  place.hidden = !state.open;
  list.setAttribute("aria-label", state.data.label);
  list.toggleAttribute("hidden", !state.rows.length);
  note.textContent = state.note;
  note.toggleAttribute("hidden", !state.note);
  const options = state.rows.map((row, number) => {
    const option = document.createElement("div");
    option.id = `${LIST}-${number}`;
    option.dataset.row = String(number);
    option.dataset.found = row.found;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(number === state.active));
    option.append(piece("pm-kind", row.kind), piece("pm-name", row.name), piece("pm-more", row.more));
    return option;
  });
  list.replaceChildren(...options);
  if (!input) return;
  describe(input);
  if (!state.open) return;
  const box = input.getBoundingClientRect();
  const width = Math.min(Math.max(box.width, 380), window.innerWidth - 16);
  place.style.left = Math.max(8, Math.min(box.left, window.innerWidth - width - 8)) + "px";
  place.style.top = box.bottom + 6 + "px";
  place.style.width = width + "px";
  list.children[state.active]?.scrollIntoView({ block: "nearest" });
}

function close() {
  clearTimeout(state.timer);
  state.asked += 1;
  Object.assign(state, { open: false, active: -1 });
  draw();
}

/** @param {string} typed */
async function ask(typed) {
  const asked = (state.asked += 1);
  try {
    const query = new URLSearchParams({ q: typed, lang: state.data.language });
    const answer = await fetch(`/find?${query}`);
    if (!answer.ok) return;
    const { rows, note } = await answer.json();
    if (state.asked !== asked) return;
    Object.assign(state, { rows, note, typed, active: -1, open: document.activeElement === field() });
    draw();
  } catch {
    // The server is away, which the page itself says.
  }
}

/**
 * Put a text into the field as if somebody had typed it, for Streamlit listens to that only.
 *
 * @param {HTMLInputElement} input
 * @param {string} words
 */
function write(input, words) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, words);
  input.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "pm" }));
}

/**
 * @param {number} number
 * @param {boolean} byKey whether the field is to keep the focus; on a phone that would keep the keyboard too
 */
function choose(number, byKey) {
  const row = state.rows[number];
  const input = field();
  if (!row) return;
  close();
  // What was typed is not to be searched for as well when the field is left.
  if (input) {
    write(input, state.before);
    // Leaving it makes Streamlit take over what the script writes there.
    input.blur();
    if (byKey) input.focus();
  }
  send({ found: row.found, id: row.id, typed: state.typed });
}

document.addEventListener("focusin", (event) => {
  const input = field(event.target);
  if (!input) return;
  state.before = input.value;
  describe(input);
});
document.addEventListener("input", (event) => {
  const input = field(event.target);
  if (!input || event instanceof CustomEvent) return;
  clearTimeout(state.timer);
  const typed = input.value.trim();
  if (!typed) {
    close();
    return;
  }
  state.timer = window.setTimeout(() => void ask(typed), PAUSE_MS);
});
document.addEventListener("focusout", (event) => {
  if (field(event.target)) close();
});
window.addEventListener("resize", () => state.open && draw());
window.addEventListener("scroll", () => state.open && draw(), true);

// In the capturing phase: Streamlit applies the text with Enter, which is not meant where a suggestion is chosen.
document.addEventListener("keydown", (event) => {
  const input = field(event.target);
  // While Chinese is being composed the keys belong to the input method.
  if (!input || event.isComposing) return;
  const count = state.rows.length;
  if (event.key === "Enter") {
    if (state.open && state.active >= 0) {
      event.preventDefault();
      event.stopPropagation();
      choose(state.active, true);
    } else {
      state.before = input.value;
      close();
    }
  } else if (event.key === "Escape" && state.open) {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    // Before the first and after the last is the field itself.
    state.active = state.open ? ((state.active + 1 + step + count + 1) % (count + 1)) - 1 : step > 0 ? 0 : count - 1;
    state.open = true;
    draw();
  }
}, true);

/**
 * Say what the field is, as soon as Streamlit has drawn it: it may draw this component first.
 *
 * @param {number} attempts
 */
function attach(attempts) {
  const input = field();
  if (input) describe(input);
  else if (attempts > 0) setTimeout(() => attach(attempts - 1), 100);
}

/** @param {Component<Data>} component */
export default function ({ data, setTriggerValue }) {
  state.data = data;
  thePlace();
  send = (chosen) => setTriggerValue("chosen", chosen);
  attach(ATTEMPTS);
}
