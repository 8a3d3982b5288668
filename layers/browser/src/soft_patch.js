/* Soft patches on the map: extents that nobody has published, and the surroundings of points that stand in for places. */

import * as L from "leaflet";
import { strengths } from "./softness.js";

/** @import { SoftLook } from "./types" */
/** @import { Home } from "./site_entry.js" */
/** @import { Ring, Strengths } from "./softness.js" */

// Cells across a patch, and pixels for each: enough to look smooth however far the map is zoomed in, and printed.
const ACROSS = 44;
const PIXELS = 5;

// More corners than this cannot be seen in what fades out before it comes to them.
const MOST_CORNERS = 240;

/** A patch, whose pictures are made when they are first in view. */
export class SoftPatch {
  /**
   * @param {Ring[][]} polygons rings of degrees, longitude first
   * @param {Home} home
   * @param {SoftLook} look
   */
  constructor(polygons, home, look) {
    this.polygons = polygons;
    this.home = home;
    this.look = look;
    /** @type {L.LayerGroup<L.ImageOverlay> | null} */
    this.layer = null;
    /** @type {Strengths[]} */
    this.fields = [];
  }

  /**
   * Show it, or not.
   *
   * @param {L.Map} map
   * @param {boolean} wanted
   */
  show(map, wanted) {
    if (wanted && !this.layer) this.layer = this.make();
    if (!this.layer || map.hasLayer(this.layer) === wanted) return;
    if (wanted) this.layer.addTo(map);
    else this.layer.remove();
  }

  /**
   * Whether it is on the map.
   *
   * @param {L.Map} map
   */
  isOn(map) {
    return this.layer !== null && map.hasLayer(this.layer);
  }

  make() {
    const { colour, opacity } = this.look;
    this.fields = this.polygons.map((rings) => strengths(rings.map(projected), ACROSS));
    const images = this.fields.map((field) => {
      const options = { pane: this.home.name, opacity, interactive: false, className: "pm-soft", alt: "" };
      return L.imageOverlay(picture(field, colour), boundsOf(field), options);
    });
    return L.layerGroup(images);
  }
}

/**
 * The patch of an area.
 *
 * @param {GeoJSON.Geometry} geometry
 * @param {Home} home
 * @param {SoftLook} look
 */
export function softArea(geometry, home, look) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  return new SoftPatch(/** @type {Ring[][]} */ (polygons), home, look);
}

/**
 * The patch around points.
 *
 * @param {[number, number][]} points latitude first
 * @param {number} radius in metres
 * @param {Home} home
 * @param {SoftLook} look
 */
export function softCircles(points, radius, home, look) {
  const polygons = points.map((at) => {
    const box = L.latLng(at).toBounds(2 * radius);
    const [along, up] = [(box.getEast() - box.getWest()) / 2, (box.getNorth() - box.getSouth()) / 2];
    const ring = Array.from({ length: 64 }, (_, step) => {
      const turn = (step * Math.PI) / 32;
      return /** @type {[number, number]} */ ([at[1] + along * Math.cos(turn), at[0] + up * Math.sin(turn)]);
    });
    return [ring];
  });
  return new SoftPatch(polygons, home, look);
}

/**
 * In the metres of the map's own projection, in which small shapes are true.
 *
 * @param {Ring} ring
 * @returns {Ring}
 */
function projected(ring) {
  const points = ring.map(([longitude, latitude]) => L.CRS.EPSG3857.project(L.latLng(latitude, longitude)));
  const box = L.bounds(points);
  const size = box.getSize();
  const few = points.length > MOST_CORNERS ? L.LineUtil.simplify(points, Math.max(size.x, size.y) / 300) : points;
  return few.map(({ x, y }) => [x, y]);
}

/** @param {Strengths} field */
function boundsOf({ columns, rows, cell, corner: [x, y] }) {
  // A cell's value stands in its middle.
  const ends = [[x - cell / 2, y - cell / 2], [x + (columns - 0.5) * cell, y + (rows - 0.5) * cell]];
  const [southWest, northEast] = ends.map(([east, north]) => L.CRS.EPSG3857.unproject(L.point(east, north)));
  return L.latLngBounds(southWest, northEast);
}

/**
 * A field as a picture of one colour that is see-through where the patch is weak.
 *
 * @param {Strengths} field
 * @param {string} colour
 */
function picture({ columns, rows, values }, colour) {
  const [small, large] = [canvas(columns, rows), canvas(columns * PIXELS, rows * PIXELS)];
  const pixels = small.context.createImageData(columns, rows);
  const tone = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      // The highest row of a picture is its first.
      const at = 4 * ((rows - 1 - row) * columns + column);
      pixels.data.set([...tone, Math.round(255 * values[row * columns + column])], at);
    }
  }
  small.context.putImageData(pixels, 0, 0);
  large.context.imageSmoothingQuality = "high";
  large.context.drawImage(small.element, 0, 0, large.element.width, large.element.height);
  return large.element.toDataURL();
}

/**
 * @param {number} width
 * @param {number} height
 */
function canvas(width, height) {
  const element = document.createElement("canvas");
  Object.assign(element, { width, height });
  return { element, context: /** @type {CanvasRenderingContext2D} */ (element.getContext("2d")) };
}
