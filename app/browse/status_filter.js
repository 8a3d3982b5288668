/* The strip of counts. A click filters the map at once, in the browser; the page's script follows. */

/** @import { Component } from "../component" */

/** @typedef {{ statuses: string[], evidence: string | null, waits: string[], turn: number }} Filter */
/** @typedef {{ value: string, label: string, count: number, badge?: string, hint?: string, part?: string }} Item */
/**
 * @typedef {object} Data
 * @property {Filter} filter
 * @property {Item[]} statuses
 * @property {Item[]} evidence
 * @property {Item[]} due what waits for something
 * @property {string} newest words on the day of the newest evidence
 * @property {{ status: string, evidence: string, due: string }} labels
 */

/**
 * What the user chose last, by element, so that an answer to an earlier click does not undo it.
 *
 * @type {WeakMap<Element, Filter>}
 */
const chosen = new WeakMap();

/** @param {Filter} filter */
function tell(filter) {
  const frame = document.getElementById("planmap-map");
  if (frame instanceof HTMLIFrameElement) frame.contentWindow?.postMessage({ type: "planmap:filter", ...filter }, window.location.origin);
}

/**
 * @param {Item} item
 * @param {boolean} pressed
 * @param {() => void} onClick
 */
function button(item, pressed, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "pm-pill";
  element.dataset.value = item.value;
  if (item.hint) element.title = item.hint;
  element.setAttribute("aria-pressed", String(pressed));
  if (item.badge) {
    const picture = document.createElement("img");
    picture.src = item.badge;
    picture.alt = "";
    element.append(picture);
  }
  const count = document.createElement("b");
  count.textContent = String(item.count);
  element.append(item.label + " ", count);
  if (item.part) {
    const part = document.createElement("small");
    part.textContent = " " + item.part;
    element.append(part);
  }
  element.addEventListener("click", onClick);
  return element;
}

/**
 * @param {string[]} values
 * @param {string} value
 */
function toggled(values, value) {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setStateValue }) {
  const host = parentElement.querySelector(".pm-status-filter");
  if (!host) return;
  const local = chosen.get(host);
  let now = local && local.turn > data.filter.turn ? local : data.filter;
  chosen.set(host, now);

  const draw = () => {
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && host.contains(active) ? active.dataset.value : null;
    /**
     * @param {Item[]} items
     * @param {(value: string) => boolean} isPressed
     * @param {(value: string) => Partial<Filter>} toggle
     * @param {string} label
     */
    const pills = (items, isPressed, toggle, label) => {
      const group = document.createElement("div");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", label);
      group.append(...items.map((item) => button(item, isPressed(item.value), () => choose(toggle(item.value)))));
      return group;
    };
    const statuses = pills(
      data.statuses,
      (value) => now.statuses.includes(value),
      (value) => ({ statuses: toggled(now.statuses, value) }),
      data.labels.status
    );
    const evidence = pills(
      data.evidence,
      (value) => now.evidence === value,
      (value) => ({ evidence: now.evidence === value ? null : value }),
      data.labels.evidence
    );
    const newest = document.createElement("span");
    newest.className = "pm-newest";
    newest.textContent = data.newest;
    const waits = pills(
      data.due,
      (value) => now.waits.includes(value),
      (value) => ({ waits: toggled(now.waits, value) }),
      data.labels.due
    );
    waits.className = "pm-waits";
    waits.append(newest);
    host.replaceChildren(statuses, evidence, waits);
    for (const pill of host.querySelectorAll("button")) if (focused && pill.dataset.value === focused) pill.focus();
  };

  /** @param {Partial<Filter>} change */
  const choose = (change) => {
    const before = chosen.get(host) || now;
    now = { ...before, ...change, turn: before.turn + 1 };
    chosen.set(host, now);
    tell(now);
    draw();
    // Streamlit redraws much of the page for a new value: let the map paint first.
    requestAnimationFrame(() => setTimeout(() => setStateValue("filter", chosen.get(host)), 0));
  };

  draw();
}
