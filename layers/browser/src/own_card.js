/* What is asked of own layers by a click: their features there, with all that their file says of them. */

import * as L from "leaflet";
import { makeRoom } from "./popup_room.js";

/** @import { Language, OwnPayload, Text } from "./types" */

const make = L.DomUtil.create;

/** How far from a feature a click may be, in pixels. */
const REACH = 6;

/** Rows that are shown of a feature before somebody asks for more. */
const ROWS = 40;

/** @typedef {{ layer: string, name: string, title: string, rows: [string, string][] }} Found */

export class OwnCard {
  /**
   * @param {L.Map} map
   * @param {Text} text
   */
  constructor(map, text) {
    this.map = map;
    this.text = text;
    this.asked = 0;
  }

  /**
   * Ask what lies at a place, and show it; nothing is shown where there is nothing.
   *
   * @param {L.LatLng} at
   * @param {OwnPayload[]} layers that are shown, the uppermost first
   * @param {Language} language
   * @param {L.Popup} [card] of a site there, below which it is shown
   * @param {string} [asked] what is asked of the layers, as in an address
   */
  async ask(at, layers, language, card, asked = "") {
    const turn = ++this.asked;
    if (!layers.length) return;
    const point = this.map.latLngToContainerPoint(at);
    const aside = this.map.containerPointToLatLng([point.x + REACH, point.y + REACH]);
    const query = new URLSearchParams({
      at: at.lng.toFixed(7) + "," + at.lat.toFixed(7),
      reach: (aside.lng - at.lng).toFixed(8) + "," + (at.lat - aside.lat).toFixed(8),
      layers: layers.map(({ id }) => id).join(","),
      lang: language,
      ask: asked,
    });
    try {
      const answer = await fetch("layer-at?" + query.toString());
      /** @type {{ found: Found[], more: string }} */
      const { found, more } = await answer.json();
      // Who has clicked again since wants to know something else.
      if (turn === this.asked && found.length) this.show(at, found, more, card);
    } catch {
      // The page itself says that the server is away.
    }
  }

  /** Let an answer that is on its way be forgotten. */
  forget() {
    this.asked++;
  }

  /**
   * @param {L.LatLng} at
   * @param {Found[]} found
   * @param {string} more says that there are more
   * @param {L.Popup} [card]
   */
  show(at, found, more, card) {
    const box = make("div", "pm-card pm-own-card");
    for (const { name, title, rows } of found) {
      make("h3", "", box).textContent = title || name;
      if (title) make("div", "pm-small", box).textContent = name;
      const table = make("table", "", box);
      for (const [field, value] of rows.slice(0, ROWS)) {
        const row = make("tr", "", table);
        make("th", "", row).textContent = field;
        make("td", "", row).textContent = value;
      }
    }
    if (more) make("div", "pm-small", box).textContent = more;
    if (card) {
      const above = card.getContent();
      if (!card.isOpen() || !(above instanceof HTMLElement)) return;
      above.appendChild(box);
      card.update();
      makeRoom(this.map, card);
      return;
    }
    const maxWidth = Math.min(340, this.map.getSize().x - 60);
    const popup = L.popup({ maxWidth, maxHeight: 300, className: "pm-popup", autoPan: false });
    popup.setLatLng(at).setContent(box).openOn(this.map);
    makeRoom(this.map, popup);
    popup.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", this.text("map.close"));
  }
}
