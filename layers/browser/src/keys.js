/* The keys of a presenter and of a clicker, and what is on the screen to be pressed. */

import { find, findDialog } from "./find.js";

/** @import { Overview } from "./overview.js" */

/**
 * @typedef {"next" | "previous" | "first" | "last" | "overview" | "notes" | "list" | "full-screen" | "keys" | "black"
 *   | "again" | "close" | "presenter" | "pointer" | "pen" | "wipe" | "swipe-left" | "swipe-right"} Action
 */

/** @type {Record<string, Action>} */
const KEYS = {
  ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next", Enter: "next",
  ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", Backspace: "previous",
  Home: "first", End: "last", f: "full-screen", o: "overview", n: "notes", t: "list", h: "keys", "?": "keys",
  b: "black", ".": "black", r: "again", Escape: "close",
  p: "presenter", l: "pointer", d: "pen", x: "wipe", "[": "swipe-left", "]": "swipe-right",
};

/**
 * What is open answers to its own keys; the rest wait until it is closed.
 *
 * @type {Record<string, Action[]>}
 */
const OVER = {
  list: ["list", "close", "pointer"], keys: ["keys", "close"], evidence: ["close", "pointer", "presenter"],
  pages: ["overview", "close", "full-screen"],
};

// But a clicker has only these, and must never be stuck.
const TURNING = new Set(["PageDown", "PageUp", "ArrowRight", "ArrowLeft"]);

/**
 * Call `actions` at the keys and buttons that stand for them.
 *
 * @param {Record<Action, () => unknown>} actions
 * @param {Overview} overview
 * @param {HTMLElement} map
 * @param {() => HTMLElement} section the words of the view that is shown
 */
export function listen(actions, overview, map, section) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = key === " " && event.shiftKey ? "previous" : KEYS[key];
    if (!action) return;
    // A button or a place on the map that has the focus is pressed by these two.
    const control = event.target instanceof Element ? event.target.closest("button, a, [role=button], input") : null;
    if (control instanceof HTMLElement && (key === " " || key === "Enter")) {
      // A link that stands in for a button knows only the second.
      if (control.tagName !== "A" || key === "Enter") return;
      event.preventDefault();
      return control.click();
    }
    // What does not fit is scrolled to before it is left.
    const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    const dialog = openDialog();
    if (step && !dialog && !overview.shown && scrolls(section(), step)) return event.preventDefault();
    const open = dialog ? dialog.id : overview.shown ? "pages" : "";
    if (open === "pages" && overview.key(key)) return event.preventDefault();
    if (dialog && TURNING.has(key)) closeDialogs();
    else if (open && !OVER[open].includes(action)) return;
    // A dialog closes itself.
    if (action === "close" && dialog) return;
    event.preventDefault();
    // A key that is held is for the pointer, which is moved meanwhile.
    if (action !== "pointer") map.classList.add("pm-resting");
    if (action !== "black") document.body.classList.remove("black");
    actions[action]();
  });
  for (const button of document.querySelectorAll("button[data-do]")) {
    if (!(button instanceof HTMLElement)) continue;
    button.addEventListener("click", (event) => {
      actions[/** @type {Action} */ (button.dataset.do)]();
      // Who points and then takes the clicker means the next view, not the same button again.
      if (event.detail) button.blur();
    });
  }
  // Leaflet keeps clicks on its buttons to itself.
  map.addEventListener("click", (event) => { if (event.detail) setTimeout(blur); }, true);
  for (const dialog of document.querySelectorAll("dialog")) {
    find(".close", dialog).addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
  // A browser shows the focus after any key; only who walks with Tab wants to see it.
  document.addEventListener("pointerdown", () => document.body.classList.add("by-mouse"), true);
  document.addEventListener("keydown", ({ key }) => { if (key === "Tab") document.body.classList.remove("by-mouse"); }, true);
  document.addEventListener("mousemove", (event) => {
    if (event.movementX || event.movementY) map.classList.remove("pm-resting");
  });
}

/** The dialog that is open, if there is one; of several that over the others, which is the last in the document. */
export function openDialog() {
  const open = [...document.querySelectorAll("dialog[open]")].at(-1);
  return open ? findDialog("#" + open.id) : null;
}

/** Close all that is open over the view. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

function blur() {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/**
 * Scroll a section by most of what is seen of it; return whether there was anything left to see.
 *
 * @param {HTMLElement} section
 * @param {number} step
 */
function scrolls(section, step) {
  const before = section.scrollTop;
  section.scrollBy(0, step * section.clientHeight * 0.8);
  return section.scrollTop !== before;
}
