/* The tools for placing a site: drawn and changed with Leaflet-Geoman, which needs Leaflet as a global. */

import "@geoman-io/leaflet-geoman-free";
import "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css";
import "./placing.css";
import { linesWithin } from "./snap_lines.js";

/** @import * as Leaflet from "leaflet" */
/** @import { Place, Style } from "./types" */
/** @import { Ways } from "./ways.js" */

// The map's own: a second copy would not know its layers.
const { L } = window;

const SHAPES = { point: "Marker", line: "Line", area: "Polygon" };

// Pixels within which a corner jumps to a road, a shore or a boundary.
const SNAP = 14;

// No symbol of a site lies over what is being placed.
const ABOVE = 10_000;

class Tools {
  /**
   * @param {Leaflet.Map} map
   * @param {Style} style
   * @param {Ways} ways
   * @param {(shape: GeoJSON.Geometry | null) => void} drawn
   */
  constructor(map, style, ways, drawn) {
    this.map = map;
    this.style = style;
    this.ways = ways;
    this.drawn = drawn;
    /** @type {Place | null} */
    this.place = null;
    /**
     * What is drawn, as layers that can be changed.
     *
     * @type {Leaflet.FeatureGroup}
     */
    this.shape = L.featureGroup();
    this.earlier = L.layerGroup();
    this.snapped = L.layerGroup();
    // Of all that is on the map, only what says so is for Geoman; the map itself was there before.
    L.PM.setOptIn(true);
    Object.assign(map.options, { pmIgnore: false });
    L.PM.reInitLayer(/** @type {Leaflet.Layer} */ (/** @type {unknown} */ (map)));
    map.pm.setGlobalOptions({
      snappable: true, snapDistance: SNAP, exitModeOnEscape: true, finishOnEnter: true, continueDrawing: false, layerGroup: this.shape,
      markerStyle: { icon: this.icon(), zIndexOffset: ABOVE, pmIgnore: false },
      pathOptions: { ...this.look, pmIgnore: false },
      templineStyle: this.look, hintlineStyle: { ...this.look, dashArray: "5 5" },
    });
    map.on("pm:create", ({ layer }) => this.take(layer));
    map.on("moveend", () => this.gather());
  }

  get look() {
    return { color: this.style.accent, weight: 2.5, fillColor: this.style.accent, fillOpacity: 0.12 };
  }

  icon() {
    return L.divIcon({ className: "pm-place-pin", html: "<i></i>", iconSize: [26, 26], iconAnchor: [13, 13] });
  }

  /** @param {Place | null} place */
  show(place) {
    const { map } = this;
    const before = this.place;
    this.place = place;
    map.pm.disableDraw();
    if (!place) {
      for (const group of [this.shape, this.earlier, this.snapped]) group.clearLayers().remove();
      delete map.getContainer().dataset.placing;
      return;
    }
    map.pm.setLang(place.language === "en" ? "en" : "zh");
    for (const group of [this.snapped, this.earlier, this.shape]) group.addTo(map);
    if (!before || JSON.stringify(place.shape) !== JSON.stringify(this.drawnNow())) this.put(place.shape);
    this.showEarlier(place.earlier);
    this.gather();
    // An empty shape is drawn anew, one that is there is changed.
    if (place.draws && !place.shape) map.pm.enableDraw(SHAPES[place.draws], { snappable: true, tooltips: true });
    const goal = place.look ?? (place.looks ? place.shape : null);
    if (goal) this.lookAt(goal);
    // What is ready for a click, as `dataset.ready` says of the map.
    map.getContainer().dataset.placing = place.draws && !place.shape ? place.draws : "change";
  }

  /** @param {GeoJSON.Geometry | null} shape */
  put(shape) {
    this.shape.clearLayers();
    if (!shape) return;
    const read = L.geoJSON(shape, {
      style: { ...this.look, pmIgnore: false },
      pointToLayer: (_, at) => L.marker(at, { icon: this.icon(), zIndexOffset: ABOVE, pmIgnore: false }),
    });
    read.eachLayer((layer) => this.add(layer));
  }

  /** @param {Leaflet.Layer} layer a marker, a line or an area */
  add(layer) {
    this.shape.addLayer(layer);
    const options = { snappable: true, snapDistance: SNAP, allowSelfIntersection: false, draggable: true };
    /** @type {Leaflet.Polyline} */ (layer).pm.enable(options);
    layer.on("pm:edit pm:markerdragend pm:dragend pm:vertexremoved pm:vertexadded", () => this.tell());
  }

  /** @param {Leaflet.Layer} layer that has just been drawn */
  take(layer) {
    this.map.removeLayer(layer);
    this.shape.clearLayers();
    this.add(layer);
    this.tell();
  }

  /** @returns {GeoJSON.Geometry | null} */
  drawnNow() {
    const found = /** @type {GeoJSON.FeatureCollection} */ (this.shape.toGeoJSON(7)).features.map(({ geometry }) => geometry);
    if (found.length < 2) return found[0] ?? null;
    // The parts of a multi type are layers of their own where they are points.
    return { type: "MultiPoint", coordinates: found.map((one) => /** @type {GeoJSON.Point} */ (one).coordinates) };
  }

  tell() {
    if (this.place) this.place = { ...this.place, shape: this.drawnNow() };
    this.drawn(this.drawnNow());
  }

  /** @param {GeoJSON.Geometry[]} shapes where the site has been before */
  showEarlier(shapes) {
    this.earlier.clearLayers();
    const line = { color: this.style.quiet, weight: 2, dashArray: "3 5", fillOpacity: 0.04 };
    const look = { ...line, interactive: false, pmIgnore: true, className: "pm-earlier" };
    for (const shape of shapes) {
      L.geoJSON(shape, { style: look, interactive: false, pointToLayer: (_, at) => L.circleMarker(at, { ...look, radius: 7 }) })
        .addTo(this.earlier);
    }
  }

  /** @param {GeoJSON.Geometry} shape */
  lookAt(shape) {
    const bounds = L.geoJSON(shape).getBounds();
    if (this.map.getBounds().pad(-0.1).contains(bounds)) return;
    this.map.flyToBounds(bounds, { maxZoom: 15, duration: 0.6, padding: [60, 60] });
  }

  /** Have the lines of the ground in view there to snap to, which is drawn as one picture. */
  gather() {
    if (!this.place) return;
    this.snapped.clearLayers();
    const { map } = this;
    for (const line of linesWithin(this.ways, map)) {
      L.polyline(line, { opacity: 0, weight: 1, interactive: false, snapIgnore: false }).addTo(this.snapped);
    }
  }
}

/** @type {(...given: ConstructorParameters<typeof Tools>) => Tools} */
window.PlanMap.placing = (...given) => new Tools(...given);
