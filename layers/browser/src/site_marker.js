/* One symbol of a site. */

import { markerPicture, smallPicture } from "./symbols.js";
import { words } from "./words.js";

/** @import { Marker } from "leaflet" */
/** @import { Language, Style } from "./types" */
/** @import { SiteEntry } from "./site_entry.js" */

export class SiteMarker {
  /** @param {Marker} leaflet */
  constructor(leaflet) {
    this.leaflet = leaflet;
    /** Drawn small for want of room. */
    this.small = false;
    /** Left out: another symbol of the same site stands there. */
    this.thinned = false;
  }

  get element() {
    return this.leaflet.getElement();
  }

  /**
   * Look as the site stands now.
   *
   * @param {Pick<SiteEntry, "site" | "state" | "lit" | "change">} entry
   * @param {Style} style
   * @param {Language} language
   */
  dress(entry, style, language) {
    const { element } = this;
    if (!element) return;
    const { status } = entry.state;
    element.dataset.status = status || "none";
    element.style.backgroundImage = this.small
      ? smallPicture(style, entry.state, entry.change)
      : markerPicture(style, entry.site.category, entry.state, entry.change);
    // Like on sheets and slides: a number for what tasks hang on.
    if (entry.site.number && status) element.dataset.number = String(entry.site.number);
    else delete element.dataset.number;
    element.classList.toggle("pm-lit", entry.lit);
    element.classList.toggle("pm-small", this.small);
    element.classList.toggle("pm-unchanged", entry.change === "" && !entry.lit);
    // A small one would vanish under its neighbour; one without tasks is not worth a hole in that.
    const order = entry.lit ? 2000 : !status ? (this.small ? -100 : 0) : this.small ? 700 : 500;
    if (this.leaflet.options.zIndexOffset !== order) this.leaflet.setZIndexOffset(order);
    const name = words(entry.site, language);
    if (element.getAttribute("aria-label") === name) return;
    element.dataset.site = entry.site.id;
    // Only what can be reached is named: the words on the map say the rest.
    if (element.hasAttribute("role")) element.setAttribute("aria-label", name);
  }
}
