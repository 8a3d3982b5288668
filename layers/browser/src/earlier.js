/* The symbols of an earlier day over the same map: a second pane of them, each beside the one of the later day. */

import * as L from "leaflet";
import { stateOf } from "./letters.js";
import { pane } from "./pane.js";
import { tooltip } from "./site_card.js";
import { seenSites } from "./seen_sites.js";
import { SiteMarker } from "./site_marker.js";

/** @import { BriefingSide, SeenSite, Text } from "./types" */
/** @import { Stage } from "./stage.js" */
/** @import { SiteEntry } from "./site_entry.js" */

const PANE = "pm-earlier";

export class Earlier {
  /**
   * @param {Stage} stage
   * @param {Text} text
   */
  constructor(stage, text) {
    this.stage = stage;
    this.map = stage.map;
    this.text = text;
    /**
     * How things stood; null while there is one day only.
     *
     * @type {BriefingSide | null}
     */
    this.side = null;
    /** @type {Set<string>} */
    this.moved = new Set();
    this.share = 1;
    // The same room as the pane of the later day has, directly over it: of the two only one is seen at any place.
    this.pane = pane(this.map, PANE, 601);
    /** @type {Map<SiteMarker, SiteMarker>} */
    this.twins = new Map();
    // After the sites have heard of it, which decide which symbols there are.
    this.map.on("zoomend", () => this.sync());
    this.map.on("move zoom viewreset resize", () => this.clip());
    this.sync();
  }

  /**
   * @param {BriefingSide | null} side
   * @param {string[]} moved ids of the sites that stand otherwise now
   */
  show(side, moved) {
    this.side = side;
    this.moved = new Set(moved);
    this.sync();
    this.clip();
  }

  /** Make each twin as its symbol of the later day is, but for the status. */
  sync() {
    const { sites, data } = this.stage;
    this.pane.style.display = this.side ? "" : "none";
    sites.entries.forEach((entry, index) => {
      const ringed = this.side !== null && this.moved.has(entry.site.id);
      for (const marker of entry.markers) {
        marker.element?.classList.toggle("pm-moved", ringed);
        const shown = Boolean(this.side) && entry.marked && !marker.thinned;
        const twin = shown ? this.twin(entry, marker) : this.twins.get(marker);
        if (!twin) continue;
        if (twin.element) twin.element.style.display = shown ? "" : "none";
        twin.element?.classList.toggle("pm-moved", ringed);
        if (!shown || !this.side) continue;
        twin.small = marker.small;
        twin.leaflet.setOpacity(entry.home.opacity);
        const state = stateOf(this.side.sites[index], this.side.overdue[index]);
        twin.dress({ site: entry.site, lit: entry.lit, state, change: null }, data.style, sites.language);
      }
    });
  }

  /**
   * @param {SiteEntry} entry
   * @param {SiteMarker} marker
   */
  twin(entry, marker) {
    const known = this.twins.get(marker);
    if (known) return known;
    const { sites } = this.stage;
    const interactive = marker.leaflet.options.interactive !== false;
    const icon = L.divIcon({ html: "", className: "pm-site", iconSize: undefined });
    // By keyboard the later day is reached, and says all there is to say.
    const leaflet = L.marker(marker.leaflet.getLatLng(), { icon, interactive, keyboard: false, riseOnHover: true, pane: PANE });
    if (interactive) {
      const said = () => {
        const whole = sites.whole(entry);
        return tooltip(entry.site, whole.site, whole.state.filteredOut, sites.language, this.text);
      };
      leaflet.bindTooltip(said, { direction: "top", offset: [0, -12], className: "pm-tooltip" });
      leaflet.on("click", () => this.open(entry, leaflet));
    }
    leaflet.addTo(this.map);
    const twin = new SiteMarker(leaflet);
    this.twins.set(marker, twin);
    return twin;
  }

  /**
   * @param {SiteEntry} entry
   * @param {L.Marker} marker
   */
  open(entry, marker) {
    const { side } = this;
    if (!side) return;
    marker.closeTooltip();
    this.stage.sites.open(entry, marker.getLatLng(), { letter: (task) => side.tasks[task] || ".", day: side.day });
  }

  /**
   * Where the divider is, as a share of the map's width: the earlier day is seen left of it, the later one right.
   *
   * @param {number} share
   */
  divide(share) {
    this.share = share;
    this.clip();
  }

  clip() {
    const later = /** @type {HTMLElement} */ (this.map.getPane("markerPane"));
    if (!this.side) {
      later.style.clipPath = "";
      return;
    }
    const { x: wide, y: high } = this.map.getSize();
    /** @param {number} left @param {number} right */
    const between = (left, right) => {
      // Beyond the frame too, where a drag may take it before we hear of it; panes have no size of their own.
      const [a, b] = [this.map.containerPointToLayerPoint([left, -high]), this.map.containerPointToLayerPoint([right, 2 * high])];
      return `polygon(${a.x}px ${a.y}px, ${b.x}px ${a.y}px, ${b.x}px ${b.y}px, ${a.x}px ${b.y}px)`;
    };
    this.pane.style.clipPath = between(-wide, this.share * wide);
    later.style.clipPath = between(this.share * wide, 2 * wide);
  }

  /**
   * What the legend needs to know of the earlier day.
   *
   * @returns {SeenSite[]}
   */
  seenSites() {
    return this.side ? seenSites(this.stage.sites, this.side) : [];
  }
}
