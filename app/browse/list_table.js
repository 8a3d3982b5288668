/*
 * The list below the map: a plain table. A click on a row chooses it, one on a heading sorts, columns can be left out.
 * Of a long list only the rows in view are in the document, and all of them while it is printed.
 */

/** @import { Component } from "../component" */
/** @import { Row, Rows } from "./list_rows" */

/** @typedef {{ key: string, label: string, width: number, minor: boolean, cell: number }} Column */
/** @typedef {{ label: string, href: string, hint: string }} Link */
/**
 * @typedef {object} Data
 * @property {string} list which of the lists it is
 * @property {string} language
 * @property {string} selected id of the chosen row
 * @property {Column[]} columns
 * @property {string} count how many rows there are, in words
 * @property {Link[]} exports
 * @property {{ title: string, lines: string[], foot: string[] }} printed what is above and below it on paper
 * @property {string} [query] of the map without what is selected, for the links of the column `map`
 * @property {{ table: string, columns: string, print: string, export: string, sort: string }} labels
 */

const ROW_PX = 44;
const ALL = 150; // Rows up to which all are in the document, where the browser's own search finds them.
const SPARE = 12; // Rows more than fit, above and below.
const PHONE_PX = 640;
const ANSWER_PX = 220; // As much of the panel is enough for an answer to be noticed.
const WHOLE = 0.95; // Share of the list in view from which on the wheel is for its rows.
const STEPS = [0, 0.25, 0.5, 0.75, 0.9, WHOLE, 1];

/** @type {WeakMap<Element, Table>} */
const tables = new WeakMap();

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [className]
 * @param {string} [words]
 */
function element(name, className = "", words = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
}

/** @param {string} list */
function keptColumns(list) {
  try {
    return /** @type {string[] | null} */ (JSON.parse(window.localStorage.getItem(`planmap.columns.${list}`) || "null"));
  } catch {
    // A browser that keeps nothing, or something else.
    return null;
  }
}

/** Bring map and panel back into view, where a chosen row shows what it stands for. */
function showAnswer() {
  const panel = document.querySelector(".st-key-panel");
  if (!panel) return;
  const { top, bottom } = panel.getBoundingClientRect();
  // Above the window, or on a phone below the list.
  if (bottom > ANSWER_PX && top < window.innerHeight - ANSWER_PX) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  panel.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

class Table {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    /** @type {Data | null} */
    this.data = null;
    /** @type {(id: string) => void} */
    this.choose = () => {};
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Row[]} */
    this.order = [];
    /** @type {{ key: string, down: boolean } | null} */
    this.sort = null;
    this.active = 0; // The row that Tab reaches.
    this.printing = false;
    this.shape = "";
    /** @type {HTMLImageElement[]} */
    this.pictures = [];
    this.bar = element("div", "pm-list-bar");
    this.head = element("div", "pm-list-paper");
    this.box = element("div", "pm-list-box");
    this.table = element("table", "pm-list");
    this.foot = element("div", "pm-list-paper");
    this.thead = element("thead");
    this.tbody = element("tbody");
    this.table.append(this.thead, this.tbody);
    this.box.append(this.table);
    host.replaceChildren(this.head, this.bar, this.box, this.foot);
    this.box.addEventListener("scroll", () => this.fill());
    const seen = new IntersectionObserver((entries) => this.watch(entries[entries.length - 1]), { threshold: STEPS });
    seen.observe(this.box);
    this.tbody.addEventListener("click", (event) => this.clicked(event));
    this.tbody.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("planmap:rows", () => this.take());
    window.addEventListener("beforeprint", () => this.print(true));
    window.addEventListener("afterprint", () => this.print(false));
  }

  /** @param {IntersectionObserverEntry} entry how much of the list is in view */
  watch({ intersectionRatio, intersectionRect, rootBounds }) {
    const fills = rootBounds && intersectionRect.height > 0.8 * rootBounds.height;
    this.box.classList.toggle("pm-list-partly", intersectionRatio < WHOLE && !fills);
  }

  /** @param {boolean} printing */
  print(printing) {
    this.printing = printing;
    this.fill();
  }

  get shown() {
    const { list = "", columns = [] } = this.data || {};
    const kept = keptColumns(list);
    const narrow = window.innerWidth < PHONE_PX;
    return columns.filter(({ key, minor }) => (kept ? !kept.includes(key) : !(narrow && minor)));
  }

  /** @param {Data} data */
  update(data) {
    if (this.data && this.data.list !== data.list) this.sort = null;
    this.data = data;
    this.drawBar();
    this.drawPaper();
    this.take();
  }

  /** Take over the rows, if they are those of this list. */
  take() {
    const place = /** @type {(HTMLElement & { rows?: Rows }) | null} */ (document.querySelector(".pm-list-rows"));
    const found = place?.rows;
    if (!this.data || !found || found.list !== this.data.list) return;
    if (this.rows !== found.rows) {
      this.rows = found.rows;
      // A row that comes into the document only to be printed has no time to wait for its picture.
      this.pictures = [...new Set(found.rows.map(({ badge }) => badge))].filter(Boolean).map((src) => Object.assign(new Image(), { src }));
      this.active = 0;
      this.box.scrollTop = 0;
    }
    this.arrange();
  }

  /** Sort the rows, and draw. */
  arrange() {
    const { columns = [], language = "zh" } = this.data || {};
    const column = columns.find(({ key }) => key === this.sort?.key)?.cell;
    this.order = [...this.rows];
    if (column !== undefined) {
      const { compare } = new Intl.Collator(language === "zh" ? "zh-CN" : "en", { numeric: true });
      const turn = this.sort?.down ? -1 : 1;
      this.order.sort((a, b) => {
        const [one, other] = [a.cells[column], b.cells[column]];
        // What is empty comes last, whichever way.
        if (!one || !other) return Number(!one) - Number(!other);
        const [first, second] = [a.order[column], b.order[column]];
        return turn * (first !== null && second !== null ? first - second : compare(one, other));
      });
    }
    this.shape = "";
    this.drawHead();
    this.fill();
  }

  drawHead() {
    const row = element("tr");
    for (const { key, label, width } of this.shown) {
      const cell = element("th");
      cell.scope = "col";
      cell.style.width = `${width}px`;
      const sorted = this.sort?.key === key ? this.sort : null;
      cell.setAttribute("aria-sort", sorted ? (sorted.down ? "descending" : "ascending") : "none");
      const button = element("button", "", label);
      button.type = "button";
      button.dataset.key = key;
      button.title = this.data?.labels.sort ?? "";
      button.addEventListener("click", () => {
        // Up, down, and as in the report again.
        this.sort = !sorted ? { key, down: false } : sorted.down ? null : { key, down: true };
        this.arrange();
        /** @type {HTMLElement | null} */ (this.thead.querySelector(`[data-key="${key}"]`))?.focus();
      });
      cell.append(button);
      row.append(cell);
    }
    this.thead.replaceChildren(row);
    this.table.style.minWidth = `${this.shown.reduce((sum, { width }) => sum + width, 0)}px`;
    this.table.setAttribute("aria-label", this.data?.labels.table ?? "");
    this.table.setAttribute("aria-rowcount", String(this.order.length + 1));
  }

  /** Put the rows that are in view into the document. */
  fill() {
    const count = this.order.length;
    const whole = this.printing || count <= ALL;
    const from = whole ? 0 : Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - SPARE);
    const fits = Math.ceil((this.box.clientHeight || 420) / ROW_PX) + 2 * SPARE;
    const to = whole ? count : Math.min(count, from + fits);
    const shape = `${from} ${to} ${this.printing}`;
    if (shape === this.shape) return this.mark();
    const focused = this.tbody.contains(document.activeElement);
    this.shape = shape;
    const shown = this.shown;
    const parts = this.order.slice(from, to).map((row, index) => this.row(row, from + index, shown));
    const [above, below] = [from, count - to].map((left) => (left ? [gap(left, shown.length)] : []));
    this.tbody.replaceChildren(...above, ...parts, ...below);
    this.mark();
    if (focused) this.focus(false);
  }

  /**
   * @param {Row} row
   * @param {number} number
   * @param {Column[]} columns
   */
  row(row, number, columns) {
    const line = element("tr");
    line.dataset.id = row.id;
    // Where changes are shown, what has none stands back.
    line.classList.toggle("pm-same", !row.mark && this.shown.some(({ key }) => key === "change"));
    line.setAttribute("aria-rowindex", String(number + 2));
    for (const { key, cell: place } of columns) {
      const words = row.cells[place];
      const cell = element("td");
      const chooses = key === "title" || key === "site";
      const plain = chooses ? element("button", "pm-list-choose", words) : element("span", "", words);
      const inner = key === "map" ? this.link(row.id, words) : plain;
      if (inner instanceof HTMLButtonElement) {
        inner.type = "button";
        inner.tabIndex = -1;
      }
      if (words.length > 12) cell.title = words;
      if (key === "status" && row.badge) {
        const picture = element("img");
        Object.assign(picture, { src: row.badge, alt: "" });
        cell.append(picture);
      }
      if (key === "change" && row.mark) cell.append(Object.assign(element("img"), { src: row.mark, alt: "" }));
      if (key === "told" && row.link) {
        const link = element("a", "pm-list-link", words);
        Object.assign(link, { href: row.link, target: "_blank", rel: "noreferrer" });
        cell.append(link);
      } else cell.append(inner);
      if (key === "aim" && row.share !== undefined) cell.append(bar(row.share));
      line.append(cell);
    }
    return line;
  }

  /**
   * @param {string} id
   * @param {string} words
   */
  link(id, words) {
    const made = element("a", "pm-list-map", words);
    const { query = "" } = this.data ?? {};
    made.href = `/?${query ? query + "&" : ""}task=${encodeURIComponent(id)}`;
    return made;
  }

  /** Show which row is chosen, and which one Tab reaches. */
  mark() {
    const chosen = this.data?.selected ?? "";
    for (const line of this.tbody.querySelectorAll("tr")) {
      const button = /** @type {HTMLButtonElement | null} */ (line.querySelector(".pm-list-choose"));
      if (!button) continue;
      const on = Boolean(chosen) && line.dataset.id === chosen;
      line.classList.toggle("pm-chosen", on);
      button.setAttribute("aria-pressed", String(on));
      button.tabIndex = Number(line.getAttribute("aria-rowindex")) - 2 === this.active ? 0 : -1;
    }
    // The row that Tab reaches has been scrolled out of the document.
    if (!this.tbody.querySelector('[tabindex="0"]')) {
      const first = /** @type {HTMLButtonElement | null} */ (this.tbody.querySelector(".pm-list-choose"));
      if (first) first.tabIndex = 0;
    }
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    if (event.target instanceof Element && event.target.closest("a")) return;
    const line = event.target instanceof Element ? event.target.closest("tr") : null;
    // Whoever marks words in it wants to copy them.
    if (!line?.dataset.id || window.getSelection()?.toString()) return;
    if (event.target instanceof Element && event.target.closest("a")) return;
    this.active = Number(line.getAttribute("aria-rowindex")) - 2;
    const selected = line.dataset.id === this.data?.selected ? "" : line.dataset.id;
    // Shown at once; the page's script follows.
    if (this.data) this.data = { ...this.data, selected };
    this.mark();
    this.choose(selected);
    if (selected) showAnswer();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW_PX) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.order.length, End: this.order.length };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step) return;
    event.preventDefault();
    const line = event.target instanceof Element ? event.target.closest("tr") : null;
    const at = line ? Number(line.getAttribute("aria-rowindex")) - 2 : this.active;
    this.active = Math.min(this.order.length - 1, Math.max(0, at + step));
    this.focus(true);
  }

  /**
   * Give the focus to the active row.
   *
   * @param {boolean} scroll whether to bring it into view first
   */
  focus(scroll) {
    if (scroll) {
      const [top, height] = [this.active * ROW_PX, this.box.clientHeight - this.thead.offsetHeight];
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      else if (top + ROW_PX > this.box.scrollTop + height) this.box.scrollTop = top + ROW_PX - height;
      this.fill();
    }
    const button = this.tbody.querySelector(`tr[aria-rowindex="${this.active + 2}"] .pm-list-choose`);
    if (button instanceof HTMLElement) button.focus({ preventScroll: true });
  }

  drawBar() {
    const data = /** @type {Data} */ (this.data);
    const open = this.bar.querySelector("details")?.open ?? false;
    const count = element("span", "pm-list-count", data.count);
    count.setAttribute("role", "status");
    const choice = element("details", "pm-list-columns");
    choice.open = open;
    const box = element("div");
    for (const { key, label } of data.columns) box.append(this.columnBox(key, label));
    choice.append(element("summary", "", data.labels.columns), box);
    const files = element("span", "pm-list-files");
    if (data.exports.length) files.append(element("span", "", data.labels.export));
    for (const { label, href, hint } of data.exports) {
      const link = element("a", "", label);
      link.href = href;
      // The server names the file. If it cannot make one, nobody is led away from the page.
      link.download = "";
      link.title = hint;
      files.append(link);
    }
    const print = element("button", "", data.labels.print);
    print.type = "button";
    print.addEventListener("click", () => window.print());
    const before = document.activeElement;
    const focused = before instanceof HTMLElement && this.bar.contains(before) ? before.dataset.key ?? before.textContent : null;
    this.bar.replaceChildren(count, choice, files, print);
    // A run of the page's script draws the bar anew.
    for (const again of this.bar.querySelectorAll("input, a, summary, button"))
      if (focused && again instanceof HTMLElement && (again.dataset.key ?? again.textContent) === focused) again.focus();
  }

  /**
   * @param {string} key
   * @param {string} label
   */
  columnBox(key, label) {
    const choice = element("label");
    const input = element("input");
    Object.assign(input, { type: "checkbox", checked: this.shown.some((column) => column.key === key) });
    input.dataset.key = key;
    // Without the column whose words are the row's button nobody could choose a row by keyboard.
    input.disabled = key === "title" || key === "site";
    input.addEventListener("change", () => {
      const { list = "", columns = [] } = this.data || {};
      const off = columns.filter((column) => !this.shown.includes(column)).map((column) => column.key).filter((other) => other !== key);
      if (!input.checked) off.push(key);
      try {
        window.localStorage.setItem(`planmap.columns.${list}`, JSON.stringify(off));
      } catch {
        // A browser that keeps nothing.
      }
      this.arrange();
    });
    choice.append(input, " " + label);
    return choice;
  }

  drawPaper() {
    const { title, lines, foot } = /** @type {Data} */ (this.data).printed;
    this.head.replaceChildren(element("h2", "", title), ...lines.map((line) => element("p", "", line)));
    this.foot.replaceChildren(...foot.map((line) => element("p", "", line)));
  }
}

/** @param {number} share */
function bar(share) {
  const made = element("i", "pm-share");
  made.setAttribute("aria-hidden", "true");
  const full = element("i");
  full.style.width = `${Math.min(1, Math.max(0, share)) * 100}%`;
  made.append(full);
  return made;
}

/**
 * @param {number} rows
 * @param {number} columns
 */
function gap(rows, columns) {
  const line = element("tr", "pm-list-gap");
  line.setAttribute("aria-hidden", "true");
  const cell = element("td");
  cell.colSpan = columns;
  cell.style.height = `${rows * ROW_PX}px`;
  line.append(cell);
  return line;
}

let count = 0;

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const host = /** @type {HTMLElement | null} */ (parentElement.querySelector(".pm-list-host"));
  if (!host) return;
  const table = tables.get(host) ?? new Table(host);
  tables.set(host, table);
  table.choose = (id) => {
    count += 1;
    setTriggerValue("chosen", { list: table.data?.list, id, count });
  };
  table.update(data);
}
