import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { legendParts } from "../../layers/browser/src/legend_entries.js";
import { decode, stateOf } from "../../layers/browser/src/letters.js";
import cases from "../cases/legend.json";
import { styleWith, text } from "./style.js";

/** @import { Seen } from "../../layers/browser/src/legend_entries.js" */
/** @import { SeenSite } from "../../layers/browser/src/types" */

const ORDER = ["lake", "metro-line", "airport", "road", "river", "university", "development-zone", "industry", "place"];
const style = styleWith(ORDER);

/**
 * @typedef {object} CaseSite
 * @property {string} category
 * @property {"point" | "line" | "area"} shape
 * @property {string} [task]
 * @property {boolean} [ground]
 * @property {boolean} [filtered]
 * @property {SeenSite["site"]["precision"]} [precision]
 * @property {boolean} [away]
 */

/**
 * @param {CaseSite} site
 * @returns {SeenSite}
 */
function seen({ category, shape, task, ground = false, filtered = false, precision = "mapped" }) {
  // As layers/browser/src/seen_sites.js finds them.
  const symbol = !ground && (shape === "point" || task !== undefined);
  return {
    site: { category, precision, tasks: task === undefined ? [] : [0] }, state: decode(filtered ? "~" : task ?? "-"), form: shape, ground,
    symbol, small: false, whole: symbol, shape: ground || shape !== "point", halo: false,
    soft: shape === "area" && precision === "nominal", proxy: false, dot: false,
  };
}

/** @param {Partial<SeenSite>} change */
const lake = (change) => ({ ...seen({ category: "lake", shape: "point", task: "p" }), ...change });

/**
 * The words listed under a title.
 *
 * @param {SeenSite[]} sites
 * @param {string} title
 * @param {Partial<Omit<Seen, "sites">> & { brief?: boolean }} [options]
 */
function words(sites, title, { brief = false, boundary = false, gridStep = null, ...options } = {}) {
  const part = legendParts({ sites, boundary, gridStep, ...options }, style, text, brief).find((one) => one.title === title);
  return part ? part.entries.map((entry) => entry.words) : [];
}

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {CaseSite[]} sites
 * @property {string} [listed]
 * @property {[string, boolean][]} statuses
 * @property {string[]} symbols
 * @property {string[]} [grey]
 * @property {string[]} lines
 */

describe("the legend", () => {
  test.each(/** @type {Case[]} */ (cases.cases))("$name", (one) => {
    const sites = one.sites.filter(({ away }) => !away).map(seen);
    const statuses = one.statuses.map(([status, backed]) => "status." + status + (backed ? "sheet.backed" : "sheet.only-stated"));
    const symbols = [...one.symbols.map((category) => "category." + category), ...(one.grey ?? []).map((key) => "legend." + key)];
    const lines = one.lines.map((line) => "category." + line.replace(":", "legend."));
    for (const brief of [true, false]) {
      if (brief) expect(words(sites, "legend.status", { brief, listed: one.listed })).toEqual(statuses);
      expect(words(sites, "legend.category", { brief })).toEqual(symbols);
      expect(words(sites, "legend.lines", { brief })).toEqual(lines);
    }
  });

  test("on the page each status stands once, and the pale tint after them", () => {
    const sites = [lake({ state: decode("p") }), lake({ state: decode("P") }), lake({ state: decode("d") })];
    expect(words(sites, "legend.site-status")).toEqual(["status.planned", "status.done", "legend.pale"]);
    expect(words([lake({ state: decode("P") })], "legend.site-status")).toEqual(["status.planned"]);
  });

  test("the mark of an overdue task is explained where a symbol has it", () => {
    const late = lake({ state: stateOf("p", "1") });
    for (const [brief, title] of /** @type {[boolean, string][]} */ ([[true, "legend.status"], [false, "legend.site-status"]])) {
      expect(words([late], title, { brief }).at(-1)).toBe("legend.overdue");
      expect(words([lake({ state: stateOf("p", "0") })], title, { brief })).not.toContain("legend.overdue");
      expect(words([{ ...late, symbol: false }], title, { brief, listed: "p" })).not.toContain("legend.overdue");
    }
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

  test("what stands for no task is drawn as the grey disc that it is, told apart from what a filter hides", () => {
    const place = /** @type {const} */ ({ category: "place", shape: "point" });
    const grey = [seen(place), seen({ ...place, task: "p", filtered: true })];
    const [part] = legendParts({ sites: grey, boundary: false, gridStep: null }, style, text, true);
    expect(part.entries.slice(1).map(({ sample }) => sample)).toEqual([
      { kind: "strokes", strokes: [{ colour: "no task", width: 1.5, fill: "white", fill_opacity: 1, radius: 5 }] },
      { kind: "filtered-out" },
    ]);
  });

  test("a line has no surface, and what is not exact is dashed as on the map", () => {
    const filled = { ...style, ground: { "": [{ fill: "ink", fill_opacity: 0.2, colour: "line", width: 1 }] } };
    const [line, area] = /** @type {const} */ (["line", "area"]).map((shape) => {
      const [part] = legendParts(
        { sites: [seen({ category: "road", shape, precision: "approximate" })], boundary: false, gridStep: null }, filled, text, false,
      );
      return part.entries[0].sample;
    });
    expect(line).toEqual({ kind: "strokes", strokes: [{ colour: "line", width: 1, dash: "5 4", fill_opacity: 0.2 * 0.45 }] });
    expect(area).toEqual({ kind: "strokes", strokes: [{ colour: "line", width: 1, fill: "ink", dash: "5 4", fill_opacity: 0.2 * 0.45 }] });
  });

  test("boundary, grid and what lies around points come after the categories", () => {
    const road = { ...seen({ category: "road", shape: "line" }), halo: true, proxy: true };
    expect(words([road], "legend.lines", { boundary: true, otherBoundary: true, sea: true, gridStep: 500 })).toEqual([
      "category.road", "legend.boundary", "legend.other-boundary", "legend.sea", "legend.grid 500 m", "legend.halo", "legend.proxy",
    ]);
    expect(words([], "legend.lines", { gridStep: 2000 })).toEqual(["legend.grid 2 km"]);
  });

  const rough = /** @type {const} */ ("nominal");

  test("an extent that nobody has published is shown as the patch that it is, and says so", () => {
    const patch = { ...seen({ category: "lake", shape: "area" }), site: { category: "lake", precision: rough, tasks: [] }, soft: true };
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

  test("the dot of a part is listed among the symbols", () => {
    const dot = { ...seen({ category: "lake", shape: "point" }), symbol: false, dot: true };
    expect(words([dot], "legend.category")).toEqual(["legend.part"]);
  });

  const anySite = fc.record({
    category: fc.constantFrom(...ORDER), shape: fc.constantFrom(.../** @type {const} */ (["point", "line", "area"])),
    task: fc.constantFrom(undefined, ..."pPsSiIdDlLxX-"), ground: fc.boolean(), filtered: fc.boolean(),
    precision: fc.constantFrom(.../** @type {const} */ (["mapped", "approximate", "nominal"])),
  }).map((one) => seen({ ...one, filtered: one.filtered && one.task !== undefined }));

  test("whatever is in view, each thing drawn has an entry and each entry something drawn", () => {
    const table = fc.string({ unit: fc.constantFrom(..."pIdL-") });
    fc.assert(fc.property(fc.array(anySite, { maxLength: 8 }), table, fc.boolean(), (sites, listed, brief) => {
      const parts = legendParts({ sites, listed, boundary: false, gridStep: null }, style, text, brief);
      const all = parts.flatMap((part) => part.entries.map((entry) => entry.words));
      for (const { entries } of parts) expect(new Set(entries.map((entry) => JSON.stringify(entry))).size).toBe(entries.length);
      const states = [...sites.filter(({ symbol }) => symbol).map(({ state }) => state), ...Array.from(listed, decode)];
      /** @type {Set<string>} */
      const wanted = new Set();
      for (const { status, backed } of states) {
        if (!status) continue;
        wanted.add("status." + status + (!brief ? "" : backed ? "sheet.backed" : "sheet.only-stated"));
        if (!brief && !backed) wanted.add("legend.pale");
      }
      for (const { site, state, symbol, shape } of sites) {
        if (symbol) wanted.add("category." + site.category);
        if (symbol && state.filteredOut) wanted.add("legend.filtered-out");
        else if (symbol && !state.status) wanted.add(site.tasks.length ? "legend.no-status" : "legend.no-task");
        if (shape) expect(all.some((said) => said.startsWith("category." + site.category))).toBe(true);
      }
      const shapes = new Set(sites.filter(({ shape }) => shape).map(({ site }) => "category." + site.category));
      for (const said of wanted) expect(all).toContain(said);
      for (const said of all) expect(wanted.has(said) || [...shapes].some((start) => said.startsWith(start))).toBe(true);
    }));
  });
});
