/* The labels of own layers: after the names of sites, before those of the ground; the other half is layers/draw/own_names.py. */

import RBush from "rbush";

/** @import { Map as LeafletMap } from "leaflet" */
/** @import { Box, Label, OwnPayload, Position } from "./types" */

/** @typedef {{ box: Box, look: number, feature: GeoJSON.Feature }} SeenFeature */

/** Most labels of a layer that are tried, those of the largest features: a screen has room for fewer. */
const MOST = 1500;

/** Below all symbols of sites, above all names of ways and places. */
const PRIORITY = 10;

const WEIGHT = 500;

/** Pixels between a point and its label. */
const GAP = 1;

/**
 * The labels of features of a layer.
 *
 * @param {OwnPayload} payload
 * @param {SeenFeature[]} features those in view
 * @param {Pick<LeafletMap, "getZoom" | "latLngToContainerPoint">} map
 * @param {number} size how much larger than usual names are
 * @returns {Label[]}
 */
export function ownLabels(payload, features, map, size) {
  const look = payload.labels;
  const zoom = map.getZoom();
  if (!look || zoom < look.zooms[0] - 1e-6 || zoom > look.zooms[1] + 1e-6) return [];
  const named = features.filter(({ feature }) => feature.properties?.label)
    .sort((one, other) => extent(other.box) - extent(one.box)).slice(0, MOST);
  const common = {
    owner: null, weight: WEIGHT, size: look.size * size, colour: look.colour, halo: look.halo, haloWidth: look.haloWidth * size,
  };
  const radius = (/** @type {SeenFeature} */ { look: number }) => payload.looks[number]?.symbol.radius || 0;
  const isRoom = roomBeside(named, map, radius);
  /** @type {Map<string, Position[][]>} */
  const lines = new Map();
  /** @type {Label[]} */
  const labels = [];
  for (const [n, seen] of named.entries()) {
    const { geometry, properties } = seen.feature;
    const text = String(properties?.label);
    const priority = PRIORITY - n / MOST;
    const [point] = pointsOf(geometry);
    if (properties?.at) labels.push({ ...common, text, priority, at: properties.at, rows: true, isRoom });
    else if (point) labels.push({ ...common, text, priority, at: point, gap: radius(seen) + GAP, isRoom });
    // Pieces of one road say its name once.
    else lines.set(text, [...(lines.get(text) || []), ...linesOf(geometry)]);
  }
  for (const [text, path] of lines) labels.push({ ...common, text, path, priority: PRIORITY - 1, spacing: 1.1, isRoom });
  return labels;
}

/** @param {Box} box */
function extent([west, south, east, north]) {
  return (east - west) * (north - south) + 1e-9 * (east - west + north - south);
}

/**
 * Tells whether a box in pixels hides none of a layer's points.
 *
 * @param {SeenFeature[]} features
 * @param {Pick<LeafletMap, "latLngToContainerPoint">} map
 * @param {(seen: SeenFeature) => number} radius of the symbol, in pixels
 */
function roomBeside(features, map, radius) {
  const boxes = features.flatMap((seen) => pointsOf(seen.feature.geometry).map((at) => {
    const { x, y } = map.latLngToContainerPoint(at);
    const reach = radius(seen);
    return { minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach };
  }));
  const taken = new RBush().load(boxes);
  return (/** @type {Box} */ [minX, minY, maxX, maxY]) => !taken.collides({ minX, minY, maxX, maxY });
}

/**
 * @param {GeoJSON.Geometry} geometry
 * @returns {Position[]} latitude first
 */
function pointsOf(geometry) {
  if (geometry.type === "Point") return [turned(geometry.coordinates)];
  return geometry.type === "MultiPoint" ? geometry.coordinates.map(turned) : [];
}

/**
 * @param {GeoJSON.Geometry} geometry
 * @returns {Position[][]} latitude first
 */
function linesOf(geometry) {
  if (geometry.type === "LineString") return [geometry.coordinates.map(turned)];
  return geometry.type === "MultiLineString" ? geometry.coordinates.map((line) => line.map(turned)) : [];
}

/**
 * @param {GeoJSON.Position} position
 * @returns {Position}
 */
function turned([longitude, latitude]) {
  return [latitude, longitude];
}
