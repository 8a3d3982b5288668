/* The plan's sites: shapes, accuracy halos, markers, cards. Changes are applied in place. */

import * as L from "leaflet";
import { crowded } from "./crowding.js";
import { isWide, makeHalo } from "./halo.js";
import { paneOrder } from "./layer_order.js";
import { decode, stateOf } from "./letters.js";
import { pane } from "./pane.js";
import { card, tooltip } from "./site_card.js";
import { SiteEntry } from "./site_entry.js";
import { putInTurn } from "./site_keys.js";
import { siteLabels } from "./site_labels.js";
import { SiteMarker } from "./site_marker.js";
import { softArea, softCircles } from "./soft_patch.js";
import { drawStrokes, elementOf } from "./stroke.js";

/** @import { LayerPayload, Language, PlacedSite, Plan, Reach, SitePayload, StageCallbacks } from "./types" */
/** @import { Home } from "./site_entry.js" */

/** @typedef {StageCallbacks & { taskLetter(task: number): string }} Callbacks */

// What is not exact must not look like land or water that is there.
const FAINT = 0.45;

// From here on the other points of a place stand clear of its symbol.
const DOTS_FROM = 12.5;

export class Sites {
  /**
   * @param {L.Map} map
   * @param {Plan} data
   * @param {Callbacks} callbacks
   * @param {Reach} reach
   * @param {number} beyond how far beyond the map's frame shapes are drawn
   */
  constructor(map, data, callbacks, reach, beyond) {
    this.map = map;
    this.data = data;
    this.callbacks = callbacks;
    this.reach = reach;
    this.beyond = beyond;
    /** How much larger than usual symbols and names are; the style sheet knows it as --pm-size. */
    this.size = 1;
    this.letters = "";
    this.overdue = "";
    /** @type {Set<string>} */
    this.lit = new Set();
    /** @type {Language} */
    this.language = "zh";
    /**
     * What was last said under the pointer.
     *
     * @type {L.Tooltip | null}
     */
    this.said = null;
    /** @type {Map<string, Home>} */
    this.layers = new Map(data.layers.map((layer, index) => [layer.id, this.addLayer(layer, index)]));
    this.entries = data.sites.map((site) => this.addSite(site));
    this.byId = new Map(this.entries.map((entry) => [entry.site.id, entry]));
    map.on("moveend", () => this.surround());
    // A symbol that a flight takes from under the pointer is not told that the pointer has gone.
    map.on("tooltipopen", ({ tooltip: opened }) => {
      if (opened.options.permanent) return;
      if (this.said !== opened) this.said?.close();
      this.said = opened;
    });
    map.on("zoomend", () => {
      for (const entry of this.entries) {
        if (entry.area || entry.dot) this.present(entry);
        if (entry.marked && entry.markers.length > 1) this.thin(entry);
      }
      this.crowd();
      this.surround();
    });
  }

  /**
   * @param {LayerPayload} layer
   * @param {number} index
   * @returns {Home}
   */
  addLayer(layer, index) {
    const name = "pm-layer-" + index;
    const home = pane(this.map, name, paneOrder(layer, index, this.data.waterLayer));
    home.classList.add("pm-pane");
    return { layer, pane: home, name, renderer: L.svg({ pane: name, padding: this.beyond }), visible: true, opacity: 1 };
  }

  /** @param {SitePayload} payload */
  addSite(payload) {
    const home = /** @type {Home} */ (this.layers.get(payload.layer));
    const entry = new SiteEntry(payload, home, decode("."));
    const site = entry.placed;
    if (!site) return entry;
    const simple = site.geometry.type === "Point" || site.geometry.type === "MultiPoint";
    const dash = this.data.style.dash[site.precision];
    const { ground } = home.layer;
    entry.area = site.geometry.type.includes("Polygon");
    if (entry.area && site.precision === "nominal") this.soften(entry, site);
    else if (ground ? site.category !== "district" : !simple) {
      entry.parts = drawStrokes(site.geometry, this.strokes(site, ground ? undefined : dash), home.name, home.renderer);
    }
    if (!ground) {
      entry.dot = simple && Boolean(site.whole);
      // An area that no commitment hangs on is its own symbol, and a place has one.
      const marked = !site.whole && (simple || site.tasks.length > 0);
      entry.markers = marked ? site.anchors.map((at) => this.addMarker(entry, at)) : [];
      if (entry.dot) this.addDot(entry, site);
      if (simple && site.accuracy) this.addSurroundings(entry, site, site.accuracy);
    }
    for (const part of this.reach === "none" ? [] : entry.parts) {
      part.on("click", (event) => {
        L.DomEvent.stop(event);
        this.open(entry, event.latlng);
      });
      part.bindTooltip(() => this.tooltip(entry), { sticky: true, className: "pm-tooltip" });
    }
    return entry;
  }

  /**
   * Draw an extent that nobody has published; an area that cannot be seen takes the clicks.
   *
   * @param {SiteEntry} entry
   * @param {PlacedSite} site
   */
  soften(entry, site) {
    const { categories, soft, white } = this.data.style;
    const { home } = entry;
    entry.patch = softArea(site.geometry, home, soft[categories[site.category].ground] || soft[""]);
    entry.parts = drawStrokes(site.geometry, [{ fill: white, fill_opacity: 0 }], home.name, home.renderer, "pm-unseen");
  }

  /**
   * @param {SiteEntry} entry
   * @param {PlacedSite} site
   */
  addDot({ parts, home }, site) {
    const { dot, white } = this.data.style;
    const look = { fill: dot, fill_opacity: 1, colour: white, width: 1.2, radius: 4 };
    parts.push(...drawStrokes(site.geometry, [look], home.name, home.renderer, "pm-dot"));
  }

  /**
   * Around a point: the circle in which its true position is expected, or the patch of one that stands in for a place.
   *
   * @param {SiteEntry} entry
   * @param {PlacedSite} site
   * @param {number} accuracy
   */
  addSurroundings(entry, site, accuracy) {
    const { soft } = this.data.style;
    if (site.precision === "nominal") entry.patch = softCircles(site.anchors, accuracy, entry.home, soft.point);
    else entry.halo = makeHalo(site, entry.home, this.data.style);
  }

  /**
   * @param {PlacedSite} site
   * @param {string | undefined} dash of what is not exact
   */
  strokes(site, dash) {
    const { categories, ground } = this.data.style;
    const strokes = ground[categories[site.category].ground] || ground[""];
    return strokes.map((stroke, index) =>
      dash && index === strokes.length - 1 ? { ...stroke, dash, fill_opacity: (stroke.fill_opacity || 0) * FAINT } : stroke
    );
  }

  /**
   * Whether an area is seen as such, and not only its outline.
   *
   * @param {PlacedSite} site
   */
  isFilled(site) {
    return site.precision === "nominal" || this.strokes(site, undefined).some(({ fill }) => Boolean(fill));
  }

  /**
   * @param {SiteEntry} entry
   * @param {L.LatLngExpression} at
   */
  addMarker(entry, at) {
    const icon = L.divIcon({ html: "", className: "pm-site", iconSize: undefined });
    const interactive = this.reach !== "none";
    const keyboard = this.reach === "all" || (interactive && entry.site.tasks.length > 0);
    const marker = L.marker(at, { icon, keyboard, interactive, riseOnHover: true, pane: "markerPane" });
    if (!interactive) return new SiteMarker(marker);
    marker.bindTooltip(() => this.tooltip(entry), { direction: "top", offset: [0, -12], className: "pm-tooltip" });
    marker.on("click", () => this.open(entry, marker.getLatLng()));
    // Leaflet lets people tab to a marker, but turns Enter into a click only where it opens a popup itself.
    marker.on("keypress", (event) => event.originalEvent.key === "Enter" && this.open(entry, marker.getLatLng()));
    return new SiteMarker(marker);
  }

  /** @param {SiteEntry} entry */
  tooltip(entry) {
    const whole = this.whole(entry);
    return tooltip(entry.site, whole.site, whole.state.filteredOut, this.language, this.callbacks.text);
  }

  /**
   * The entry of the place that answers for a part.
   *
   * @param {SiteEntry} entry
   */
  whole(entry) {
    return this.byId.get(entry.place) || entry;
  }

  /** Show what lies around sites where it can be seen: circles, and the patches in view. */
  surround() {
    const { map } = this;
    const view = map.getBounds();
    // A place whose extent is a patch needs no circle: that would be one more line around what nobody has drawn.
    const patched = new Set(this.entries.filter(({ soft, shown }) => soft && shown).map(({ place }) => place));
    for (const entry of this.entries) {
      const { halo, patch, placed, shown, home, area } = entry;
      if (!placed || !(halo || patch)) continue;
      const wanted = shown && home.visible && (area || (isWide(placed, map.getZoom()) && !patched.has(entry.place)));
      // The first picture of a patch takes a moment, and most are never looked at.
      patch?.show(map, wanted && (patch.isOn(map) || view.pad(0.3).intersects(placed.bounds)));
      if (!halo || wanted === map.hasLayer(halo)) continue;
      if (wanted) halo.addTo(map);
      else halo.remove();
    }
  }

  /**
   * Take over the letters of all sites; only what changed is touched.
   *
   * @param {{ sites: string, overdue: string }} letters
   * @param {string[]} lit
   * @param {Language} language
   */
  update({ sites: letters, overdue }, lit, language) {
    const changed = this.language !== language;
    this.language = language;
    const newlyLit = new Set(lit);
    this.entries.forEach((entry, index) => {
      const isLit = newlyLit.has(entry.site.id);
      const same = this.letters[index] === letters[index] && this.overdue[index] === overdue[index];
      if (!changed && same && entry.lit === isLit) return;
      entry.state = stateOf(letters[index] || ".", overdue[index]);
      entry.lit = isLit;
      this.dress(entry);
      this.present(entry);
    });
    this.letters = letters;
    this.overdue = overdue;
    this.lit = newlyLit;
    this.crowd();
    this.surround();
  }

  /**
   * Mark what has changed, and make all else pale; empty `letters` take that away again.
   *
   * @param {string} letters as in `Arguments.changes`
   */
  mark(letters) {
    const names = Object.keys(this.data.style.changes);
    this.entries.forEach((entry, index) => {
      const change = letters ? names[Number(letters[index])] || "" : null;
      if (entry.change === change) return;
      entry.change = change;
      this.dress(entry);
    });
    this.crowd();
  }

  /** @param {SiteEntry} entry */
  dress(entry) {
    const pale = entry.change === "" && !entry.lit && !entry.home.layer.ground;
    for (const part of entry.parts) part.eachLayer((shape) => elementOf(shape)?.classList.toggle("pm-unchanged", pale));
    for (const part of entry.parts) part.eachLayer((shape) => elementOf(shape)?.classList.toggle("pm-lit", entry.lit));
    for (const marker of entry.markers) marker.dress(entry, this.data.style, this.language);
  }

  /** Make small what would lie over a symbol of more weight: lit, with tasks, with more of them. */
  crowd() {
    const far = this.map.getContainer().classList.contains("pm-far");
    const symbols = [];
    for (const entry of this.entries) {
      if (!entry.marked) continue;
      const radius = this.radius(entry) * (far && !entry.lit ? 0.72 : 1);
      const weight = (entry.lit ? 1e6 : 0) + (entry.change ? 1e5 : 0) + (entry.state.status ? 1e4 : 0) + entry.site.tasks.length;
      for (const marker of entry.symbols) {
        const { x, y } = this.map.latLngToLayerPoint(marker.leaflet.getLatLng());
        symbols.push({ entry, marker, weight, x, y, radius, lit: entry.lit });
      }
    }
    const small = crowded(symbols.sort((a, b) => b.weight - a.weight));
    for (const symbol of symbols) {
      if (symbol.marker.small === small.has(symbol)) continue;
      symbol.marker.small = small.has(symbol);
      symbol.marker.dress(symbol.entry, this.data.style, this.language);
    }
  }

  /**
   * Of a symbol in full, in pixels, the badge left out.
   *
   * @param {SiteEntry} entry
   */
  radius(entry) {
    return (entry.lit ? 16 : entry.state.status ? 13 : 9) * this.size;
  }

  /** @param {SiteEntry} entry */
  present(entry) {
    const far = entry.dot && !entry.lit && this.map.getZoom() < DOTS_FROM;
    const shown = entry.state.shown && entry.home.visible && !far;
    const marked = shown && !entry.site.whole && (!entry.area || this.roomy(entry));
    if (shown !== entry.shown || marked !== entry.marked) {
      entry.shown = shown;
      entry.marked = marked;
      for (const part of entry.parts) shown ? part.addTo(this.map) : part.remove();
      const fresh = this.showMarkers(entry);
      if (marked && entry.markers.length > 1) this.thin(entry);
      if (shown && (fresh || entry.parts.length)) this.dress(entry);
    }
    if (entry.opacity !== entry.home.opacity) for (const marker of entry.markers) marker.leaflet.setOpacity(entry.home.opacity);
    entry.opacity = entry.home.opacity;
  }

  /**
   * Markers stay on the map once they were shown: hiding an element is far cheaper than a new one.
   *
   * @param {SiteEntry} entry
   * @returns {boolean} whether one is new on the map
   */
  showMarkers(entry) {
    let fresh = false;
    for (const marker of entry.markers) {
      if (entry.marked && !this.map.hasLayer(marker.leaflet)) {
        marker.leaflet.addTo(this.map);
        if (marker.element) putInTurn(marker.element, entry.site.tasks.length > 0);
        fresh = true;
      }
      if (marker.element) marker.element.style.display = entry.marked ? "" : "none";
    }
    return fresh;
  }

  /**
   * A site of several places shows one symbol where they would lie over each other.
   *
   * @param {SiteEntry} entry
   */
  thin(entry) {
    /** @type {L.Point[]} */
    const taken = [];
    for (const marker of entry.markers) {
      const point = this.map.latLngToContainerPoint(marker.leaflet.getLatLng());
      marker.thinned = taken.some((other) => other.distanceTo(point) < 34 * this.size);
      if (!marker.thinned) taken.push(point);
      if (marker.element) marker.element.style.display = marker.thinned ? "none" : "";
    }
  }

  /**
   * @param {string} id
   * @param {boolean} visible
   * @param {number} opacity
   */
  setLayer(id, visible, opacity) {
    const home = this.layers.get(id);
    if (!home || (home.visible === visible && home.opacity === opacity)) return;
    Object.assign(home, { visible, opacity });
    home.pane.style.opacity = String(opacity);
    for (const entry of this.entries) if (entry.home === home) this.present(entry);
    this.crowd();
    this.surround();
  }

  /**
   * Open the card of a site, or of the place that it is a part of.
   *
   * @param {SiteEntry} entry
   * @param {L.LatLng} at
   * @param {{ letter?: (task: number) => string, day?: string }} [earlier] how its tasks stood on another day
   */
  open(entry, at, { letter, day } = {}) {
    // Who measures from a place clicks on it.
    if (this.callbacks.measuring(at)) return;
    const { text, taskLetter, select, ask } = this.callbacks;
    const { site } = this.whole(entry);
    const others = this.entries.filter((other) => other.site.whole === site.id && other.placed).map((other) => other.site);
    const content = card(site, others, this.data.tasks, letter || taskLetter, this.language, text, { day, ask });
    // The card says what the tooltip says, and lies over it.
    for (const part of [...entry.parts, ...entry.markers.map((marker) => marker.leaflet)]) part.closeTooltip();
    const maxWidth = Math.min(280 * this.size, this.map.getSize().x - 60);
    const popup = L.popup({ maxWidth, className: "pm-popup", autoPanPadding: [20, 20] });
    popup.setLatLng(at).setContent(content).openOn(this.map);
    popup.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", text("map.close"));
    select(site.id);
    this.callbacks.opened?.(at, popup);
  }

  /**
   * The symbol of a small area would only hide what lies in it.
   *
   * @param {SiteEntry} entry
   */
  roomy(entry) {
    if (entry.lit || !entry.placed) return entry.lit;
    const [southWest, northEast] = entry.placed.bounds.map((at) => this.map.latLngToContainerPoint(at));
    return Math.abs(northEast.x - southWest.x) > 90 && Math.abs(southWest.y - northEast.y) > 45;
  }

  /** @param {SiteEntry} entry */
  inView({ shown, placed, lit }) {
    if (!shown || !placed) return false;
    const bounds = this.map.getBounds();
    if (!bounds.intersects(placed.bounds)) return false;
    // The box of a long line reaches where the line does not; its bends stand close enough together.
    return !placed.lines || lit || placed.lines.some((line) => line.some((at, index) => {
      const next = line[index + 1] || at;
      return bounds.contains(at) || bounds.contains([(at[0] + next[0]) / 2, (at[1] + next[1]) / 2]);
    }));
  }

  /** Ids of the lines of the ground that are on the map. */
  drawnLines() {
    return this.entries.filter((entry) => entry.shown && entry.parts.length && entry.placed?.lines).map((entry) => entry.site.id);
  }

  /** Labels and the boxes that symbols take, for the label layer. */
  collect() {
    const seen = this.entries.filter((entry) => this.inView(entry));
    return siteLabels(seen, this.map, this.data.style, this.language, this.size, this.data.tracks);
  }
}
