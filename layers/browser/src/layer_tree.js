/* The tree of layers: which are shown and how firmly, and the basemap. */

import * as L from "leaflet";
import { folding, panel } from "./panel.js";
import { words } from "./words.js";

/** @import { Language, LayerPayload, LayerState, Plan, Text } from "./types" */

/**
 * @typedef {object} Choices
 * @property {Record<string, LayerState>} layers by id
 * @property {() => string} basemap the one that is shown
 * @property {(id: string, visible: boolean, opacity: number) => void} setLayer
 * @property {(name: string) => boolean} setBasemap tells whether there is such a one
 */

const make = L.DomUtil.create;

export class LayerTree {
  /**
   * @param {L.Map} map
   * @param {Plan} data
   * @param {Choices} choices
   */
  constructor(map, data, choices) {
    this.data = data;
    this.choices = choices;
    this.box = panel(map, "topright", "pm-layers");
    this.open = map.getSize().x >= 760;
  }

  /**
   * @param {Text} text
   * @param {Language} language
   */
  render(text, language) {
    const body = folding(this.box, "pm-layer-tree", text("map.layers"), this.open);
    for (const group of this.data.groups) {
      const members = this.data.layers.filter((layer) => layer.group === group.id);
      if (!members.length) continue;
      const set = make("fieldset", "", body);
      make("legend", "", set).textContent = words(group, language);
      for (const layer of members) this.row(set, layer, text, language);
    }
    const set = make("fieldset", "", body);
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
   * @param {LayerPayload} layer
   * @param {Text} text
   * @param {Language} language
   */
  row(set, layer, text, language) {
    const state = this.choices.layers[layer.id];
    const row = make("div", "pm-row" + (state.visible ? "" : " pm-off"), set);
    const label = make("label", "", row);
    const check = make("input", "", label);
    check.type = "checkbox";
    check.checked = state.visible;
    check.dataset.layer = layer.id;
    make("span", "", label).textContent = words(layer, language);
    const slide = make("input", "", row);
    Object.assign(slide, { type: "range", min: 10, max: 100, step: 5, value: Math.round(state.opacity * 100) });
    slide.setAttribute("aria-label", text("map.opacity") + " " + words(layer, language));
    slide.title = text("map.opacity") + " " + slide.value + "%";
    slide.disabled = !state.visible;
    const tell = () => this.choices.setLayer(layer.id, check.checked, Number(slide.value) / 100);
    L.DomEvent.on(check, "change", () => {
      row.classList.toggle("pm-off", !check.checked);
      slide.disabled = !check.checked;
      tell();
    });
    L.DomEvent.on(slide, "input", () => {
      slide.title = text("map.opacity") + " " + slide.value + "%";
      tell();
    });
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
