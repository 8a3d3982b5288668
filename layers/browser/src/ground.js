/* The offline basemap: land, sea, districts and the plan's own ground layers, all vector. */

import * as L from "leaflet";
import { pane } from "./pane.js";
import { strokeFactor } from "./stroke.js";

/** @import { Plan } from "./types" */

/**
 * GeoJSON's order to Leaflet's.
 *
 * @param {GeoJSON.Position[]} coordinates
 * @returns {L.LatLngTuple[]}
 */
function ring(coordinates) {
  return coordinates.map((point) => [point[1], point[0]]);
}

export class Ground {
  /**
   * Drawn this far beyond the map's frame, as a share of its width: a flight that backs away shows what was beyond.
   *
   * @param {L.Map} map
   * @param {Plan} data
   * @param {number} beyond
   */
  constructor(map, data, beyond) {
    this.map = map;
    this.beyond = beyond;
    this.size = 1;
    this.style = data.style;
    pane(map, "pm-land", 201);
    pane(map, "pm-mask", 390).style.pointerEvents = "none";
    pane(map, "pm-boundary", 395).style.pointerEvents = "none";
    const land = this.drawnIn("pm-land");
    const style = data.style;
    L.geoJSON(data.land, { ...land, style: { stroke: false, fillColor: style.land, fillOpacity: 1 } }).addTo(map);
    const look = { color: style.minorBoundary, weight: 1.1, fillColor: style.districtFill, fillOpacity: 1 };
    // Leaflet hands options down to each shape, which take a class name too.
    const options = { ...land, className: "pm-district", style: look };
    L.geoJSON(data.districts, options).addTo(map);
    this.focus(data);
    map.on("zoomend", () => this.scale());
    this.scale();
  }

  /** @param {string} name */
  drawnIn(name) {
    return { renderer: L.svg({ pane: name, padding: this.beyond }), pane: name, interactive: false };
  }

  /**
   * The district of the plan stands out: the rest lies under a soft veil, its boundary is firm.
   *
   * @param {Plan} data
   */
  focus(data) {
    const home = data.districts.features.find((feature) => feature.id === data.focus);
    if (!home) return;
    const polygons = home.geometry.type === "Polygon" ? [home.geometry.coordinates] : home.geometry.coordinates;
    /** @type {L.LatLngTuple[]} */
    const world = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
    L.polygon([world, ...polygons.map((polygon) => ring(polygon[0]))], {
      ...this.drawnIn("pm-mask"), stroke: false, fillColor: this.style.mask, fillOpacity: this.style.maskOpacity,
    }).addTo(this.map);
    const line = { ...this.drawnIn("pm-boundary"), fill: false };
    for (const polygon of polygons) {
      L.polygon(ring(polygon[0]), { ...line, color: this.style.white, weight: 4, opacity: 0.6 }).addTo(this.map);
      L.polygon(ring(polygon[0]), { ...line, color: this.style.boundary, weight: 1.9 }).addTo(this.map);
    }
  }

  scale() {
    const box = this.map.getContainer();
    box.style.setProperty("--pm-k", String(strokeFactor(this.map.getZoom()) * this.size));
    box.classList.toggle("pm-far", this.map.getZoom() < 10.25);
  }

  /**
   * Switch the boundaries, whose areas stay as the ground.
   *
   * @param {boolean} on
   * @param {number} opacity
   */
  showBoundaries(on, opacity) {
    pane(this.map, "pm-land", 201).classList.toggle("pm-no-districts", !on);
    Object.assign(pane(this.map, "pm-boundary", 395).style, { display: on ? "" : "none", opacity });
  }

  /**
   * Hide the drawn ground where pictures from the network take its place.
   *
   * @param {boolean} on
   */
  show(on) {
    pane(this.map, "pm-land", 201).style.display = on ? "" : "none";
    pane(this.map, "pm-mask", 390).style.display = on ? "" : "none";
  }
}
