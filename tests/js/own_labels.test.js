import { describe, expect, it } from "vitest";
import { ownLabels } from "../../layers/browser/src/own_labels.js";

const MAP = /** @type {any} */ ({ getZoom: () => 14, latLngToContainerPoint: (/** @type {number[]} */ [y, x]) => ({ x, y }) });
const LOOK = { size: 12, colour: "#112233", halo: "#FFFFFF", haloWidth: 1.5, zooms: [12, 16] };

/** @param {Partial<typeof LOOK>} [more] */
function payload(more) {
  return /** @type {any} */ ({ labels: { ...LOOK, ...more }, looks: [{ symbol: { radius: 4 } }] });
}

/**
 * @param {string} label
 * @param {any} geometry
 * @param {number} [side]
 * @param {[number, number]} [at]
 */
function feature(label, geometry, side = 0, at) {
  return /** @type {any} */ ({ box: [0, 0, side, side], look: 0, feature: { geometry, properties: { look: 0, label, at } } });
}

const point = { type: "Point", coordinates: [100, 50] };
const line = { type: "LineString", coordinates: [[0, 0], [300, 0]] };

describe("labels of own layers", () => {
  it("has the largest first, and all below the names of sites", () => {
    const areas = [feature("小", { type: "Polygon" }, 2, [1, 1]), feature("大", { type: "Polygon" }, 9, [5, 5])];
    const found = ownLabels(payload(), areas, MAP, 1);
    expect(found.toSorted((one, other) => other.priority - one.priority).map(({ text }) => text)).toEqual(["大", "小"]);
    expect(found[0].priority).toBeLessThan(12);
    expect(found[0]).toMatchObject({ at: [5, 5], size: 12, colour: "#112233", haloWidth: 1.5, rows: true });
  });

  it("stands beside a point and hides no other point of the layer", () => {
    const [found] = ownLabels(payload(), [feature("甲", point)], MAP, 2);
    expect(found).toMatchObject({ at: [50, 100], gap: 5, size: 24, haloWidth: 3 });
    expect(found.isRoom?.([95, 45, 130, 60])).toBe(false);
    expect(found.isRoom?.([105, 45, 140, 60])).toBe(true);
  });

  it("says the name of a road once for all its pieces", () => {
    const pieces = [feature("路", line), feature("路", { type: "MultiLineString", coordinates: [line.coordinates] })];
    const found = ownLabels(payload(), pieces, MAP, 1);
    expect(found).toHaveLength(1);
    expect(found[0].path).toEqual([[[0, 0], [0, 300]], [[0, 0], [0, 300]]]);
  });

  it("is written at its zooms only, and not without words", () => {
    expect(ownLabels(payload({ zooms: [15, 16] }), [feature("甲", point)], MAP, 1)).toEqual([]);
    expect(ownLabels(payload({ zooms: [2, 13.9] }), [feature("甲", point)], MAP, 1)).toEqual([]);
    expect(ownLabels(payload(), [feature("", point)], MAP, 1)).toEqual([]);
    expect(ownLabels({ ...payload(), labels: null }, [feature("甲", point)], MAP, 1)).toEqual([]);
  });
});
