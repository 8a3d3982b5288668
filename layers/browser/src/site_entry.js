/* One site on the map: its shapes, symbols and halo, and how it stands now. */

import { outlineOf } from "./in_frame.js";

/** @import { LayerGroup, SVG } from "leaflet" */
/** @import { LayerPayload, PlacedSite, SitePayload, SiteState } from "./types" */
/** @import { SiteMarker } from "./site_marker.js" */
/** @import { Outline } from "./in_frame.js" */
/** @import { SoftPatch } from "./soft_patch.js" */
/** @import { Part } from "./stroke.js" */

/**
 * A layer of the catalogue with its place in the order.
 *
 * @typedef {object} Home
 * @property {LayerPayload} layer
 * @property {HTMLElement} pane
 * @property {string} name of the pane
 * @property {SVG} renderer
 * @property {boolean} visible
 * @property {number} opacity
 */

export class SiteEntry {
  /**
   * @param {SitePayload} site
   * @param {Home} home
   * @param {SiteState} state
   */
  constructor(site, home, state) {
    this.site = site;
    const { geometry, anchors, bounds } = site;
    /**
     * The site, if it is one that is drawn.
     *
     * @type {PlacedSite | null}
     */
    this.placed = geometry && anchors && bounds ? { ...site, geometry, anchors, bounds } : null;
    this.home = home;
    this.state = state;
    /**
     * The strokes that it is drawn with; of a soft patch what can be clicked.
     *
     * @type {Part[]}
     */
    this.parts = [];
    /**
     * An extent that nobody has published, or the surroundings of a point that stands in for a place.
     *
     * @type {SoftPatch | null}
     */
    this.patch = null;
    /** @type {SiteMarker[]} */
    this.markers = [];
    /**
     * The circle within which the true position is expected.
     *
     * @type {LayerGroup | null}
     */
    this.halo = null;
    this.area = false;
    /** Whether it is a point that is part of a place, and so no more than a dot. */
    this.dot = false;
    this.lit = false;
    /**
     * What it is marked as where changes are shown, empty where nothing changed; null where none are shown.
     *
     * @type {string | null}
     */
    this.change = null;
    this.shown = false;
    /** Whether its symbols are shown. */
    this.marked = false;
    this.opacity = -1;
    /** @type {Outline | null} */
    this.known = null;
  }

  /**
   * Its geometry as it is asked for at every move of the map.
   *
   * @param {boolean} filled whether its areas are filled
   */
  outline(filled) {
    this.known ||= this.placed && outlineOf(this.placed.geometry, filled);
    return this.known;
  }

  /** Whether its shape is a soft patch. */
  get soft() {
    return this.patch !== null && this.area;
  }

  /** Id of the place that answers for it. */
  get place() {
    return this.site.whole || this.site.id;
  }

  /** Its symbols that are shown, of any size. */
  get symbols() {
    return this.marked ? this.markers.filter((marker) => !marker.thinned) : [];
  }
}
