/* Measuring on the ellipsoid: click for points, the last distance and the area stand beside the line. */

import * as L from "leaflet";
import { area, length } from "./geodesy.js";
import { showMessage } from "./message.js";

/** @import { Style, Text } from "./types" */

/** @param {number} metres */
export function formatLength(metres) {
  return metres < 1000 ? metres.toFixed(0) + " m" : (metres / 1000).toFixed(metres < 10000 ? 2 : 1) + " km";
}

/** @param {number} squareMetres */
export function formatArea(squareMetres) {
  return squareMetres < 1e5 ? squareMetres.toFixed(0) + " m²" : (squareMetres / 1e6).toFixed(2) + " km²";
}

export class Measure {
  /**
   * @param {L.Map} map
   * @param {Style} style
   * @param {Text} text
   */
  constructor(map, style, text) {
    this.map = map;
    this.style = style;
    this.text = text;
    /** @type {L.LatLng[]} */
    this.points = [];
    this.active = false;
    this.finished = false;
    this.group = L.layerGroup();
  }

  toggle() {
    if (this.active) this.stop();
    else this.start();
    return this.active;
  }

  start() {
    this.active = true;
    this.finished = false;
    this.points = [];
    this.group.clearLayers().addTo(this.map);
    this.map.getContainer().classList.add("pm-measuring");
    this.map.doubleClickZoom.disable();
    this.map.on("click", this.add, this).on("dblclick", this.finish, this);
    showMessage(this.map, this.text("map.measure-help"));
  }

  stop() {
    this.active = false;
    this.group.remove();
    this.map.getContainer().classList.remove("pm-measuring");
    this.map.doubleClickZoom.enable();
    this.map.off("click", this.add, this).off("dblclick", this.finish, this);
  }

  /**
   * Take a point that was clicked on a site; tell whether it was wanted.
   *
   * @param {L.LatLng} at
   */
  take(at) {
    if (this.active && !this.finished) this.add({ latlng: at });
    return this.active;
  }

  finish() {
    this.finished = true;
    this.map.off("click", this.add, this).off("dblclick", this.finish, this);
  }

  /** @param {{ latlng: L.LatLng }} event */
  add({ latlng }) {
    const last = this.points[this.points.length - 1];
    // A double click arrives as two clicks on one spot.
    if (last && last.distanceTo(latlng) < 1e-6) return;
    this.points.push(latlng);
    this.draw();
  }

  draw() {
    this.group.clearLayers();
    const line = { color: this.style.accent, weight: 2.5, interactive: false };
    const knob = { ...line, radius: 4, fillColor: this.style.white, fillOpacity: 1 };
    if (this.points.length > 2) L.polygon(this.points, { ...line, weight: 0, fillOpacity: 0.08 }).addTo(this.group);
    L.polyline(this.points, line).addTo(this.group);
    for (const point of this.points) L.circleMarker(point, knob).addTo(this.group);
    if (this.points.length < 2) return;
    let words = this.text("map.length") + " " + formatLength(length(this.points));
    if (this.points.length > 2) words += " · " + this.text("map.area") + " " + formatArea(area(this.points));
    const box = L.DomUtil.create("div");
    box.textContent = words;
    L.tooltip({ permanent: true, direction: "right", offset: [8, 0], className: "pm-tooltip pm-measure" })
      .setLatLng(this.points[this.points.length - 1]).setContent(box).addTo(this.group);
  }
}
