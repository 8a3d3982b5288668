/* One site on the map: its shapes, symbols and halo, and how it stands now. */

/** @import { LayerGroup, SVG } from "leaflet" */
/** @import { LayerPayload, PlacedSite, SitePayload, SiteState } from "./types" */
/** @import { SiteMarker } from "./site_marker.js" */
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
    /** @type {Part[]} */
    this.parts = [];
    /** @type {SiteMarker[]} */
    this.markers = [];
    /**
     * The circle within which the true position is expected.
     *
     * @type {LayerGroup | null}
     */
    this.halo = null;
    this.area = false;
    this.lit = false;
    this.shown = false;
    /** Whether its symbols are shown. */
    this.marked = false;
    this.opacity = -1;
  }

  /** Its symbols that are shown, of any size. */
  get symbols() {
    return this.marked ? this.markers.filter((marker) => !marker.thinned) : [];
  }
}
