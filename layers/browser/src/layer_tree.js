/* The tree of layers: which are shown, how firmly and in what order, and the basemap. */

import * as L from "leaflet";
import Sortable from "sortablejs";
import { moved, ordered } from "./layer_order.js";
import { svg } from "./svg.js";
import { words } from "./words.js";

/** @import { Language, LayerPayload, LayerState, Plan, Text } from "./types" */

/**
 * @typedef {object} Choices
 * @property {Record<string, LayerState>} layers by id
 * @property {() => string[]} order ids of all layers, the uppermost first
 * @property {() => string} basemap the one that is shown
 * @property {(changes: Record<string, LayerState>) => void} setLayers
 * @property {(order: string[]) => void} setOrder
 * @property {(name: string) => boolean} setBasemap tells whether there is such a one
 */

/**
 * @typedef {object} Row
 * @property {LayerPayload} layer
 * @property {HTMLElement} element
 * @property {HTMLInputElement} check
 * @property {HTMLInputElement} slide
 * @property {HTMLButtonElement} only
 */

const make = L.DomUtil.create;

export class LayerTree {
  /**
   * @param {HTMLElement} box
   * @param {Plan} data
   * @param {Choices} choices
   */
  constructor(box, data, choices) {
    this.box = box;
    this.data = data;
    this.choices = choices;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {{ check: HTMLInputElement, members: LayerPayload[] }[]} */
    this.groups = [];
    /**
     * The layer that alone is shown, and which were before.
     *
     * @type {{ id: string, before: Record<string, boolean> } | null}
     */
    this.alone = null;
  }

  /**
   * @param {Text} text
   * @param {Language} language
   */
  render(text, language) {
    this.box.textContent = "";
    this.rows = [];
    this.groups = [];
    const order = this.choices.order();
    for (const group of this.data.groups) {
      const members = this.data.layers.filter((layer) => layer.group === group.id);
      if (!members.length) continue;
      members.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
      const set = make("fieldset", "", this.box);
      this.group(make("legend", "", set), members, words(group, language));
      const list = make("div", "", set);
      for (const layer of members) this.row(list, layer, text, language);
      // Rows move where their handle is; Sortable has no keys, so that the handle has its own.
      Sortable.create(list, { handle: ".pm-handle", draggable: ".pm-moves", animation: 120, onEnd: () => this.reorder(list) });
    }
    this.basemaps(make("fieldset", "", this.box), text, language);
    this.refresh();
  }

  /**
   * @param {HTMLElement} place
   * @param {LayerPayload[]} members
   * @param {string} title
   */
  group(place, members, title) {
    const label = make("label", "", place);
    const check = make("input", "", label);
    check.type = "checkbox";
    make("span", "", label).textContent = title;
    this.groups.push({ check, members });
    L.DomEvent.on(check, "change", () => this.show(Object.fromEntries(members.map(({ id }) => [id, check.checked]))));
  }

  /**
   * Whether it makes a difference to move a layer: the place of the district, of its water and of what has no sites is fixed.
   *
   * @param {LayerPayload} layer
   */
  moves({ id }) {
    const { gridLayer, waysLayer, districtLayer, waterLayer } = this.data;
    return ![gridLayer, waysLayer, districtLayer, waterLayer].includes(id);
  }

  /**
   * @param {HTMLElement} list
   * @param {LayerPayload} layer
   * @param {Text} text
   * @param {Language} language
   */
  row(list, layer, text, language) {
    const name = words(layer, language);
    const element = make("div", "pm-row", list);
    element.dataset.layer = layer.id;
    if (this.moves(layer)) this.handle(element, layer, text("map.move-layer") + " " + name, text("map.move-layer-help"));
    const label = make("label", "", element);
    const check = make("input", "", label);
    check.type = "checkbox";
    check.dataset.layer = layer.id;
    const title = make("span", "", label);
    title.textContent = title.title = name;
    const only = make("button", "pm-only", element);
    only.type = "button";
    only.textContent = text("map.only");
    only.title = text("map.only-layer");
    only.setAttribute("aria-label", text("map.only-layer") + " " + name);
    const slide = make("input", "", element);
    Object.assign(slide, { type: "range", min: 10, max: 100, step: 5, value: Math.round(this.choices.layers[layer.id].opacity * 100) });
    slide.setAttribute("aria-label", text("map.opacity") + " " + name);
    slide.title = text("map.opacity") + " " + slide.value + "%";
    this.rows.push({ layer, element, check, slide, only });
    L.DomEvent.on(check, "change", () => this.show({ [layer.id]: check.checked }));
    L.DomEvent.on(only, "click", () => this.showOnly(layer));
    L.DomEvent.on(slide, "input", () => {
      slide.title = text("map.opacity") + " " + slide.value + "%";
      this.choices.setLayers({ [layer.id]: { ...this.choices.layers[layer.id], opacity: Number(slide.value) / 100 } });
    });
  }

  /**
   * @param {HTMLElement} row
   * @param {LayerPayload} layer
   * @param {string} name
   * @param {string} help
   */
  handle(row, layer, name, help) {
    row.classList.add("pm-moves");
    const handle = make("button", "pm-handle", row);
    handle.type = "button";
    handle.title = help;
    handle.setAttribute("aria-label", name);
    const box = svg("svg", { viewBox: "0 0 10 16", width: 10, height: 16, "aria-hidden": "true" }, handle);
    for (const y of [4, 8, 12]) for (const x of [3, 7]) svg("circle", { cx: x, cy: y, r: 1.2, fill: "currentColor" }, box);
    L.DomEvent.on(handle, "keydown", (event) => {
      const { key } = /** @type {KeyboardEvent} */ (event);
      const list = row.parentElement;
      if ((key !== "ArrowUp" && key !== "ArrowDown") || !list) return;
      L.DomEvent.stop(event);
      const ids = moved(idsIn(list), layer.id, key === "ArrowUp" ? -1 : 1);
      for (const id of ids) list.append(.../** @type {HTMLElement[]} */ ([...list.children]).filter((each) => each.dataset.layer === id));
      // Those that do not move stand last, as they did.
      list.append(...list.querySelectorAll(":scope > :not(.pm-moves)"));
      handle.focus();
      this.reorder(list);
    });
  }

  /** @param {HTMLElement} list of which rows have moved */
  reorder(list) {
    this.choices.setOrder(ordered(this.choices.order(), idsIn(list)));
  }

  /** @param {Record<string, boolean>} visible by id of the layers that change */
  show(visible) {
    this.alone = null;
    this.apply(visible);
  }

  /** @param {Record<string, boolean>} visible */
  apply(visible) {
    const { layers } = this.choices;
    this.choices.setLayers(Object.fromEntries(Object.entries(visible).map(([id, on]) => [id, { ...layers[id], visible: on }])));
    this.refresh();
  }

  /**
   * Show of all layers of its kind this one alone; the ground stays, so that one sees where it is. Once more: as before.
   *
   * @param {LayerPayload} layer
   */
  showOnly(layer) {
    if (this.alone?.id === layer.id) return this.show(this.alone.before);
    const before = this.alone?.before || Object.fromEntries(this.data.layers.map(({ id }) => [id, this.choices.layers[id].visible]));
    const others = this.data.layers.filter((other) => layer.ground || !other.ground);
    this.alone = { id: layer.id, before };
    this.apply({ ...before, ...Object.fromEntries(others.map(({ id }) => [id, false])), [layer.id]: true });
  }

  /** Say what is shown. */
  refresh() {
    const { layers } = this.choices;
    for (const { layer, element, check, slide, only } of this.rows) {
      const { visible } = layers[layer.id];
      check.checked = visible;
      slide.disabled = !visible;
      element.classList.toggle("pm-off", !visible);
      only.setAttribute("aria-pressed", String(this.alone?.id === layer.id));
    }
    for (const { check, members } of this.groups) {
      const count = members.filter(({ id }) => layers[id].visible).length;
      check.checked = count === members.length;
      check.indeterminate = count > 0 && count < members.length;
    }
  }

  /**
   * @param {HTMLElement} set
   * @param {Text} text
   * @param {Language} language
   */
  basemaps(set, text, language) {
    make("legend", "", set).textContent = text("map.basemap");
    for (const [n, ground] of this.data.grounds.entries()) this.choice(set, n ? ground.id : "offline", words(ground, language));
    for (const picture of this.data.pictures) this.choice(set, picture.id, words(picture, language));
    const [own, ...online] = this.data.basemaps;
    if (this.data.grounds.length) this.choice(set, "plain", text("basemap.plain"));
    else this.choice(set, own, text("basemap." + own));
    for (const name of online) this.choice(set, name, text("basemap." + name));
  }

  /**
   * @param {HTMLElement} set
   * @param {string} name
   * @param {string} title
   */
  choice(set, name, title) {
    const label = make("label", "pm-row", set);
    const radio = make("input", "", label);
    Object.assign(radio, { type: "radio", name: "pm-basemap", value: name, checked: this.choices.basemap() === name });
    make("span", "", label).textContent = title;
    L.DomEvent.on(radio, "change", () => {
      if (this.choices.setBasemap(name)) return;
      for (const other of set.querySelectorAll("input")) other.checked = other.value === this.choices.basemap();
    });
  }
}

/**
 * Ids of the layers that can be moved, as their rows stand.
 *
 * @param {HTMLElement} list
 */
function idsIn(list) {
  return /** @type {HTMLElement[]} */ ([...list.querySelectorAll(":scope > .pm-moves")]).map((row) => row.dataset.layer || "");
}
