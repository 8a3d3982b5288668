/* A style for tests: of the real one's shape, with names in the place of most values. */

/** @import { CategoryStyle, Status, StatusStyle, Style } from "../../layers/browser/src/types" */

/** Gives the key itself as the words. */
export const text = (/** @type {string} */ key) => key;

/**
 * @param {string[]} categories in order
 * @returns {Style}
 */
export function styleWith(categories) {
  /** @param {Status} name @returns {StatusStyle} */
  const look = (name) => ({ colour: name, pale: "pale " + name, shape: "ring", badge: [], paleBadge: [] });
  const status = {
    planned: look("planned"), seeking: look("seeking"), in_progress: look("in_progress"),
    done: look("done"), delayed: look("delayed"), stopped: look("stopped"),
  };
  /** @type {Record<string, CategoryStyle>} */
  const looks = {};
  for (const name of categories) looks[name] = { icon: name, ground: "", priority: 50, label_zoom: 10, path: "" };
  return {
    accent: "accent", nearOpacity: 0.05, ink: "ink", white: "white", quiet: "quiet", noTask: "no task", dot: "dot",
    land: "land", sea: "sea", districtFill: "district", water: "water", boundary: "boundary",
    minorBoundary: "minor", mask: "mask", maskOpacity: 0.5,
    focusText: "focus", districtText: "district text", groundText: "ground text", waterText: "water text",
    metroText: "metro text", gridLine: "grid", gridText: "grid text", gridSample: "grid sample", fonts: [],
    status, filteredBadge: [], overdue: [], changes: {}, categories: looks, ground: { "": [{ colour: "line", width: 1 }] },
    dash: { approximate: "5 4", nominal: "2 5" },
    ways: {
      casing: 2, casedFrom: 1.5, groups: [], waterways: [], areas: {}, places: {},
      waterTexts: [], areaLegend: {}, legend: {}, waterNames: {}, placeNames: [14],
      placeSize: 10, waterSize: 11, placePriority: -50, waterPriority: -20,
    },
    soft: {
      "": { colour: "soft", opacity: 0.2 }, water: { colour: "soft water", opacity: 0.5 },
      point: { colour: "soft point", opacity: 0.2 },
    },
  };
}
