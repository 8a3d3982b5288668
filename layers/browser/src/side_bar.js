/* The one bar for legend and layers: one of the two is open, or neither, as it was left in this browser. */

import * as L from "leaflet";
import { firstOpen, keep, PARTS, recall } from "./memory.js";
import { panel } from "./panel.js";

/** @import { Text } from "./types" */
/** @import { Part } from "./memory.js" */

const KEY = "side-bar";

/** Width in pixels of a map that has room for an open part. */
export const WIDE = 760;

const make = L.DomUtil.create;

export class SideBar {
  /**
   * @param {L.Map} map
   * @param {() => void} changed is told when it takes other room than before
   */
  constructor(map, changed) {
    this.changed = changed;
    this.box = panel(map, "topright", "pm-side");
    const head = make("div", "pm-side-head", this.box);
    /** @type {Record<Part, HTMLButtonElement>} */
    this.buttons = { legend: make("button", "pm-side-button", head), layers: make("button", "pm-side-button", head) };
    /** @type {Record<Part, HTMLElement>} what is opened */
    this.bodies = { legend: make("div", "pm-side-body pm-legend", this.box), layers: make("div", "pm-side-body pm-layers", this.box) };
    for (const part of PARTS) {
      const [button, body] = [this.buttons[part], this.bodies[part]];
      body.id = "pm-" + part;
      // What is longer than its room is read by scrolling, also by keys.
      body.tabIndex = 0;
      body.setAttribute("role", "region");
      button.type = "button";
      button.setAttribute("aria-controls", body.id);
      L.DomEvent.on(button, "click", () => {
        this.show(this.open === part ? "" : part);
        keep(KEY, this.open);
        this.changed();
      });
    }
    /** @type {Part | ""} */
    this.open = "";
    this.show(firstOpen(recall(KEY), map.getSize().x >= WIDE));
  }

  /** @param {Part | ""} wanted */
  show(wanted) {
    this.open = wanted;
    for (const part of PARTS) {
      this.buttons[part].setAttribute("aria-expanded", String(part === wanted));
      this.bodies[part].hidden = part !== wanted;
    }
  }

  /** @param {Text} text */
  rename(text) {
    for (const part of PARTS) {
      this.buttons[part].textContent = text("map." + part);
      this.bodies[part].setAttribute("aria-label", text("map." + part));
    }
  }
}
