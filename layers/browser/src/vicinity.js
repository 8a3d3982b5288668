/* The surroundings that a Scene asks about: a circle that is true on the ground, or an area. */

import * as L from "leaflet";
import { pane } from "./pane.js";

/** @import { Near, Style } from "./types" */

const ORDER = 396;

export class Vicinity {
  /**
   * @param {L.Map} map
   * @param {Style} style
   */
  constructor(map, style) {
    this.map = map;
    this.style = style;
    /** @type {Near | null} */
    this.near = null;
    this.group = L.layerGroup();
    pane(map, "pm-near", ORDER).style.pointerEvents = "none";
  }

  /** @param {Near | null} [near] */
  show(near) {
    if (JSON.stringify(near ?? null) === JSON.stringify(this.near)) return;
    this.near = near ?? null;
    this.group.clearLayers();
    if (!this.near) return;
    const { accent, nearOpacity, white } = this.style;
    const options = { pane: "pm-near", interactive: false, smoothFactor: 0.2 };
    for (const rings of this.near.polygons) {
      L.polygon(rings, { ...options, color: white, weight: 4.5, opacity: 0.8, fill: false }).addTo(this.group);
      L.polygon(rings, { ...options, color: accent, weight: 1.8, fillColor: accent, fillOpacity: nearOpacity }).addTo(this.group);
    }
    this.group.addTo(this.map);
  }

  /** What the legend says of it, null where none of its outline can be seen. */
  get words() {
    if (!this.near) return null;
    const seen = this.map.getBounds();
    const inView = this.near.polygons.some((rings) => rings.some((ring) => ring.some((at) => seen.contains(at))));
    return inView ? this.near.words : null;
  }
}
