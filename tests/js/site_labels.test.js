import { describe, expect, it } from "vitest";
import { siteLabels } from "../../layers/browser/src/site_labels.js";
import { SeenGround } from "../../layers/browser/src/seen_ground.js";
import { placeLabels } from "../../layers/browser/src/label_placement.js";

const STYLE = /** @type {any} */ ({
  accent: "accent", ink: "ink", groundText: "ground",
  categories: { station: { ground: "", priority: 20, label_zoom: 14 }, metro: { ground: "metro", priority: 55, label_zoom: 9 } },
});
const MAP = /** @type {any} */ ({ getZoom: () => 11, latLngToContainerPoint: (/** @type {number[]} */ [y, x]) => ({ x, y }) });

/**
 * @param {string} id
 * @param {Record<string, unknown>} more
 */
function entry(id, { status = null, filteredOut = false, lit = false, area = false, marked = true, small = false, ground = false } = {}) {
  const marker = { small, thinned: false, leaflet: { getLatLng: () => [100, 100] } };
  const site = {
    id, zh: id, en: id, category: ground ? "metro" : "station", tasks: [0],
    geometry: { type: "Point" }, anchors: [[100, 100]], precision: "mapped",
  };
  return /** @type {any} */ ({
    site, placed: site, state: { shown: true, status, backed: true, filteredOut }, lit, area, marked, markers: [marker],
    symbols: marked ? [marker] : [], home: { layer: { ground } },
  });
}

/** @param {any[]} entries */
function labels(entries) {
  return siteLabels(entries, MAP, STYLE, "zh", 1, []);
}

describe("names of sites", () => {
  it("keeps the names of greyed sites, before those of the ground and after those with a status", () => {
    const seen = [entry("关联", { status: "done" }), entry("隐去", { filteredOut: true }), entry("地铁", { ground: true }), entry("无任务")];
    const order = labels(seen).labels.toSorted((a, b) => b.priority - a.priority).map(({ text }) => text);
    expect(order).toEqual(["关联", "隐去", "地铁"]);
  });

  it("leaves off those of greyed sites that are small, or areas seen without a symbol", () => {
    const quiet = [entry("小", { filteredOut: true, small: true }), entry("片", { filteredOut: true, area: true, marked: false })];
    expect(labels(quiet).labels).toEqual([]);
  });

  it("keeps other names out of the ring around what is selected", () => {
    const { labels: [own], obstacles } = labels([entry("选中", { lit: true })]);
    expect(own.gap).toBeGreaterThanOrEqual(30);
    // As labels.js sets the box of a name a little to the right of the selected symbol.
    const beside = { owner: "别处", priority: 1, candidates: [{ boxes: [[124, 94, 180, 106]] }] };
    expect(placeLabels(/** @type {any} */ ([beside]), obstacles, [0, 0, 400, 400])).toEqual([]);
  });
});

it("finds room for the district's name only well inside its boundary", () => {
  const ring = [[0, 0], [10, 0], [10, 10], [6, 10], [6, 4], [5, 4], [5, 10], [0, 10], [0, 0]];
  const home = { type: "Feature", id: "home", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
  const ground = new SeenGround(/** @type {any} */ ({ districts: { features: [home] }, land: { features: [] }, focus: "home" }));
  expect(ground.isInside([1, 1, 4, 3])).toBe(true);
  // Over an edge, over a notch between its corners, and outside.
  for (const frame of [[8, 1, 11, 3], [4, 5, 7, 6], [20, 1, 22, 3]]) expect(ground.isInside(/** @type {any} */ (frame))).toBe(false);
});
