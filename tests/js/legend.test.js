import { describe, expect, test } from "vitest";
import { legendParts } from "../../layers/browser/src/legend_entries.js";
import { decode } from "../../layers/browser/src/letters.js";
import cases from "../cases/legend.json";
import { styleWith, text } from "./style.js";

/** @import { SeenSite } from "../../layers/browser/src/types" */

const ORDER = ["lake", "metro-line", "airport", "road", "river", "university", "development-zone", "industry", "place"];
const style = styleWith(ORDER);

/**
 * @typedef {object} CaseSite
 * @property {string} category
 * @property {string} shape
 * @property {string} [task]
 * @property {boolean} [ground]
 * @property {boolean} [away]
 */

/**
 * @param {CaseSite} site
 * @returns {SeenSite}
 */
function seen({ category, shape, task = "-", ground = false, away = false }) {
  // As layers/browser/src/sites.js marks them.
  const symbol = !ground && (shape === "point" || task !== "-");
  return {
    site: { category, precision: "mapped" }, state: decode(task), inView: !away,
    symbol, small: false, whole: symbol, shape: shape !== "point", halo: false,
    soft: false, proxy: false, dot: false,
  };
}

/** @param {Partial<SeenSite>} change */
const lake = (change) => ({ ...seen({ category: "lake", shape: "point", task: "p" }), ...change });

/**
 * The words listed under a title.
 *
 * @param {SeenSite[]} sites
 * @param {string} title
 * @param {{ brief?: boolean, boundary?: boolean, gridStep?: number | null }} [options]
 */
function words(sites, title, { brief = false, boundary = false, gridStep = null } = {}) {
  const part = legendParts({ sites, boundary, gridStep }, style, text, brief).find((one) => one.title === title);
  return part ? part.entries.map((entry) => entry.words) : [];
}

describe("the legend", () => {
  test.each(/** @type {{ name: string, sites: CaseSite[], statuses: [string, boolean][], symbols: string[], lines: string[] }[]} */ (
    cases.cases
  ))("$name", (one) => {
    const sites = one.sites.map(seen);
    const statuses = one.statuses.map(([status, backed]) => "status." + status + (backed ? "sheet.backed" : "sheet.only-stated"));
    expect(words(sites, "legend.status", { brief: true })).toEqual(statuses);
    expect(words(sites, "legend.category")).toEqual(one.symbols.map((category) => "category." + category));
    expect(words(sites, "legend.lines")).toEqual(one.lines.map((category) => "category." + category));
  });

  test("on the page each status stands once, and the pale tint after them", () => {
    const sites = [lake({ state: decode("p") }), lake({ state: decode("P") }), lake({ state: decode("d") })];
    expect(words(sites, "legend.site-status")).toEqual(["status.planned", "status.done", "legend.pale"]);
    expect(words([lake({ state: decode("P") })], "legend.site-status")).toEqual(["status.planned"]);
  });

  test("a status has the solid badge where any site has evidence", () => {
    const symbols = (/** @type {SeenSite[]} */ sites) =>
      legendParts({ sites, boundary: false, gridStep: null }, style, text, false)[0].entries.map(({ sample }) => sample);
    const [stated, backed] = ["p", "P"].map((letter) => lake({ state: decode(letter) }));
    expect(symbols([stated, backed])[0]).toEqual({ kind: "status", symbol: "pm-status-planned" });
    expect(symbols([stated])[0]).toEqual({ kind: "status", symbol: "pm-status-planned-pale" });
  });

  test("a symbol without room is a dot and not its category", () => {
    expect(words([lake({ small: true, whole: false })], "legend.category")).toEqual(["legend.small"]);
    expect(words([lake({ small: true, whole: true })], "legend.category")).toEqual(["category.lake", "legend.small"]);
  });

  test("in a room, places without a task and what an airport is made of are left out", () => {
    const place = seen({ category: "place", shape: "point" });
    expect(words([place], "legend.category", { brief: true })).toEqual([]);
    const detailed = { ...style, details: ["road"] };
    const road = seen({ category: "road", shape: "line" });
    expect(legendParts({ sites: [road], boundary: false, gridStep: null }, detailed, text, true)).toEqual([]);
    expect(legendParts({ sites: [road], boundary: false, gridStep: null }, detailed, text, false)).toHaveLength(1);
  });

  test("boundary, grid and what lies around points come after the categories", () => {
    const road = { ...seen({ category: "road", shape: "line" }), halo: true, proxy: true };
    expect(words([road], "legend.lines", { boundary: true, gridStep: 500 })).toEqual([
      "category.road", "legend.boundary", "legend.grid 500 m", "legend.halo", "legend.proxy",
    ]);
    expect(words([], "legend.lines", { gridStep: 2000 })).toEqual(["legend.grid 2 km"]);
  });

  const rough = /** @type {const} */ ("nominal");

  test("an extent that nobody has published is shown as the patch that it is, and says so", () => {
    const patch = { ...seen({ category: "lake", shape: "area" }), site: { category: "lake", precision: rough }, soft: true };
    const water = { ...style, categories: { ...style.categories, lake: { ...style.categories.lake, ground: "water" } } };
    const [part] = legendParts({ sites: [patch], boundary: false, gridStep: null }, water, text, false);
    expect(part.entries).toEqual([{
      sample: { kind: "soft", look: { colour: "soft water", opacity: 0.5 } }, words: "category.lakelegend.nominal-area",
    }]);
    // Beside areas that are known, both stand there.
    expect(words([patch, seen({ category: "lake", shape: "area" })], "legend.lines")).toEqual([
      "category.lake", "category.lakelegend.nominal-area",
    ]);
  });

  test("a course that is only nominal is called so where all of its category are", () => {
    const course = { ...seen({ category: "metro-line", shape: "line" }), site: { category: "metro-line", precision: rough } };
    expect(words([course], "legend.lines")).toEqual(["category.metro-linelegend.nominal-line"]);
    expect(words([course, seen({ category: "metro-line", shape: "line" })], "legend.lines")).toEqual(["category.metro-line"]);
  });

  test("the dot of a part is listed among the symbols", () => {
    const dot = { ...seen({ category: "lake", shape: "point" }), symbol: false, dot: true };
    expect(words([dot], "legend.category")).toEqual(["legend.part"]);
  });
});
