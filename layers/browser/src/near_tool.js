/* Asking on the map what lies around a place or inside an area: one click, or one for each corner. */

import * as L from "leaflet";
import { hideMessage, showMessage } from "./message.js";

/** @import { Style, Text } from "./types" */

// The radius around a place until another one is chosen; layers/plan/near.py has the same.
const USUAL_M = 2000;

/** @param {L.LatLng} at */
function written(at) {
  return at.lat.toFixed(5) + "," + at.wrap().lng.toFixed(5);
}

export class NearTool {
  /**
   * @param {L.Map} map
   * @param {Style} style
   * @param {Text} text
   * @param {object} callbacks
   * @param {() => number} callbacks.radius the radius in metres that is asked about now, 0 for none
   * @param {(near: string) => void} callbacks.ask gets what is asked about as an address has it
   * @param {() => void} callbacks.changed is told when the tool is taken up or put away
   */
  constructor(map, style, text, callbacks) {
    this.map = map;
    this.style = style;
    this.text = text;
    this.callbacks = callbacks;
    /** @type {"point" | "area" | null} */
    this.mode = null;
    /** @type {L.LatLng[]} */
    this.corners = [];
    this.group = L.layerGroup();
    this.keys = (/** @type {KeyboardEvent} */ event) => this.key(event);
  }

  /** @param {"point" | "area"} mode */
  toggle(mode) {
    const on = this.mode !== mode;
    this.stop();
    if (on) this.start(mode);
  }

  /** @param {"point" | "area"} mode */
  start(mode) {
    this.mode = mode;
    this.group.addTo(this.map);
    this.map.getContainer().classList.add("pm-measuring");
    this.map.doubleClickZoom.disable();
    this.map.on("click", this.add, this).on("dblclick", this.finish, this);
    document.addEventListener("keydown", this.keys, true);
    showMessage(this.map, this.text(mode === "point" ? "map.near-help" : "map.near-area-help"));
    this.callbacks.changed();
  }

  stop() {
    if (!this.mode) return;
    this.mode = null;
    this.corners = [];
    hideMessage(this.map);
    this.group.clearLayers().remove();
    this.map.getContainer().classList.remove("pm-measuring");
    this.map.off("click", this.add, this).off("dblclick", this.finish, this);
    document.removeEventListener("keydown", this.keys, true);
    // Not at once: the double click that ends an area would zoom.
    setTimeout(() => this.map.doubleClickZoom.enable());
    this.callbacks.changed();
  }

  /**
   * Take a point that was clicked on a site; tell whether it was wanted.
   *
   * @param {L.LatLng} at
   */
  take(at) {
    if (!this.mode) return false;
    this.add({ latlng: at });
    return true;
  }

  /** @param {{ latlng: L.LatLng }} event */
  add({ latlng }) {
    if (this.mode === "point") {
      const radius = this.callbacks.radius() || USUAL_M;
      this.stop();
      this.callbacks.ask(radius + ":" + written(latlng));
      return;
    }
    const last = this.corners.at(-1);
    // A double click arrives as two clicks on one spot.
    if (last && this.map.latLngToLayerPoint(last).distanceTo(this.map.latLngToLayerPoint(latlng)) < 4) return;
    this.corners.push(latlng);
    this.draw();
  }

  finish() {
    if (this.corners.length < 3) return;
    const corners = this.corners.map(written).join(",");
    this.stop();
    this.callbacks.ask(corners);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape") this.stop();
    else if (event.key === "Enter" && this.mode === "area") this.finish();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  draw() {
    this.group.clearLayers();
    const line = { color: this.style.accent, weight: 2, interactive: false };
    L.polygon(this.corners, { ...line, dashArray: "5 4", fillOpacity: this.style.nearOpacity }).addTo(this.group);
    const knob = { ...line, radius: 4, fillColor: this.style.white, fillOpacity: 1 };
    for (const corner of this.corners) L.circleMarker(corner, knob).addTo(this.group);
  }
}
