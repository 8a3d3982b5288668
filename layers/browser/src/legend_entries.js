/* What a legend lists: what can be seen on the map now, and nothing else. */

import { statusSymbol } from "./symbols.js";
import { styleOf } from "./way_look.js";

/** @import { SeenSite, SoftLook, Stroke, Style, Text, WayLook } from "./types" */

/**
 * What stands before the words: a symbol of the page, strokes, or one of the few others.
 *
 * @typedef {{ kind: "status" | "category", symbol: string }
 *   | { kind: "strokes", strokes: Stroke[] }
 *   | { kind: "soft", look: SoftLook }
 *   | { kind: "pale" | "dot" | "halo" | "part" }} Sample
 */
/** @typedef {{ sample: Sample, words: string }} Entry */
/** @typedef {{ title: string, entries: Entry[], caption?: boolean }} Part with a caption, its title is shown too */

/**
 * @typedef {object} Seen
 * @property {SeenSite[]} sites
 * @property {boolean} boundary whether the boundary of the district is shown
 * @property {number | null} gridStep metres between the lines of the grid, if it is shown
 * @property {Set<string>} [ways] kinds of ways of the ground in view
 * @property {boolean} [fromFile] whether the ground comes from a file and not with the plan
 */

/**
 * The parts of a legend that have anything in them. A `brief` one leaves out what nobody asks for in a room, and
 * tells statuses with and without evidence apart by name.
 *
 * @param {Seen} seen
 * @param {Style} style
 * @param {Text} text
 * @param {boolean} brief
 * @returns {Part[]}
 */
export function legendParts(seen, style, text, brief) {
  const sites = seen.sites.filter((site) => site.inView);
  const symbols = sites.filter((site) => site.symbol);
  const title = text(seen.fromFile ? "legend.ground-file" : "legend.ways");
  const roads = seen.ways ? ways(seen.ways, style.ways, text, brief ? title : "") : [];
  return [
    brief
      ? { title: text("legend.status"), entries: allStatuses(symbols, style, text) }
      : { title: text("legend.site-status"), entries: statuses(symbols, style, text), caption: true },
    { title: text("legend.category"), entries: categories(symbols, sites, style, text, brief) },
    { title: text("legend.lines"), entries: [...lines({ ...seen, sites }, style, text, brief), ...(brief ? roads.slice(0, 1) : [])] },
    { title, entries: brief ? [] : roads, caption: true },
  ].filter((part) => part.entries.length);
}

/**
 * Each status once, and what the pale ones say.
 *
 * @param {SeenSite[]} symbols
 * @param {Style} style
 * @param {Text} text
 * @returns {Entry[]}
 */
function statuses(symbols, style, text) {
  /** @type {Entry[]} */
  const found = [];
  for (const status of Object.keys(style.status)) {
    const having = symbols.filter(({ state }) => state.status === status);
    if (!having.length) continue;
    const backed = having.some(({ state }) => state.backed);
    found.push({ sample: { kind: "status", symbol: statusSymbol(status, backed) }, words: text("status." + status) });
  }
  if (symbols.some(({ state }) => state.status && !state.backed)) found.push({ sample: { kind: "pale" }, words: text("legend.pale") });
  return found;
}

/**
 * Each status with evidence and without.
 *
 * @param {SeenSite[]} symbols
 * @param {Style} style
 * @param {Text} text
 * @returns {Entry[]}
 */
function allStatuses(symbols, style, text) {
  /** @type {Entry[]} */
  const found = [];
  for (const status of Object.keys(style.status)) {
    for (const backed of [true, false]) {
      if (!symbols.some(({ state }) => state.status === status && state.backed === backed)) continue;
      const words = text("status." + status) + text(backed ? "sheet.backed" : "sheet.only-stated");
      found.push({ sample: { kind: "status", symbol: statusSymbol(status, backed) }, words });
    }
  }
  return found;
}

/**
 * @param {SeenSite[]} symbols
 * @param {SeenSite[]} sites
 * @param {Style} style
 * @param {Text} text
 * @param {boolean} brief
 * @returns {Entry[]}
 */
function categories(symbols, sites, style, text, brief) {
  const named = symbols.filter(({ state }) => !brief || state.status);
  const present = new Set(named.filter(({ whole }) => whole).map(({ site }) => site.category));
  /** @type {Entry[]} */
  const found = Object.keys(style.categories)
    .filter((category) => present.has(category))
    .map((category) => ({ sample: { kind: "category", symbol: "pm-category-" + category }, words: text("category." + category) }));
  if (named.some(({ small }) => small)) found.push({ sample: { kind: "dot" }, words: text("legend.small") });
  if (sites.some(({ dot }) => dot)) found.push({ sample: { kind: "part" }, words: text("legend.part") });
  return found;
}

/**
 * @param {Seen} seen
 * @param {Style} style
 * @param {Text} text
 * @param {boolean} brief
 * @returns {Entry[]}
 */
function lines({ sites, boundary, gridStep }, style, text, brief) {
  const drawn = sites.filter(({ shape, site }) => shape && !(brief && style.details.includes(site.category)));
  /** @type {Entry[]} */
  const found = Object.keys(style.categories).flatMap((category) => {
    const { ground } = style.categories[category];
    const alike = drawn.filter(({ site }) => site.category === category);
    const [soft, rest] = [alike.filter((one) => one.soft), alike.filter((one) => !one.soft)];
    const name = text("category." + category);
    // Where all are, the words say it; where some are, their names on the map do.
    const course = rest.every(({ site }) => site.precision === "nominal") ? text("legend.nominal-line") : "";
    /** @type {Entry[]} */
    const entries = [];
    if (rest.length) entries.push({ sample: { kind: "strokes", strokes: style.ground[ground] || style.ground[""] }, words: name + course });
    if (soft.length) {
      entries.push({ sample: { kind: "soft", look: style.soft[ground] || style.soft[""] }, words: name + text("legend.nominal-area") });
    }
    return entries;
  });
  /**
   * @param {Stroke} stroke
   * @param {string} words
   */
  const add = (stroke, words) => found.push({ sample: { kind: "strokes", strokes: [stroke] }, words });
  if (boundary) add({ colour: style.boundary, width: 2.2 }, text("legend.boundary"));
  if (gridStep) {
    const width = gridStep < 1000 ? gridStep + " m" : gridStep / 1000 + " km";
    add({ colour: style.gridSample, width: 1 }, text("legend.grid") + " " + width);
  }
  if (sites.some(({ halo }) => halo)) found.push({ sample: { kind: "halo" }, words: text("legend.halo") });
  if (sites.some(({ proxy }) => proxy)) found.push({ sample: { kind: "soft", look: style.soft.point }, words: text("legend.proxy") });
  return found;
}

/**
 * @param {Set<string>} kinds
 * @param {WayLook} look
 * @param {Text} text
 * @param {string} summary what one entry says that stands for all; empty where each stands for itself
 * @returns {Entry[]}
 */
function ways(kinds, look, text, summary) {
  /** @type {Entry[]} */
  const found = [];
  for (const [group, members] of Object.entries(look.legend)) {
    const kind = members.find((member) => kinds.has(member));
    if (!kind) continue;
    const { edge, fill, dash, single } = styleOf(look, kind);
    const strokes = single ? [{ colour: edge, width: 1.6, dash }] : [{ colour: edge, width: 5 }, { colour: fill, width: 3.3, dash }];
    found.push({ sample: { kind: "strokes", strokes }, words: summary || text("legend." + group) });
  }
  for (const [group, members] of Object.entries(look.areaLegend)) {
    const kind = members.find((member) => kinds.has(member));
    if (!kind) continue;
    const strokes = [{ colour: look.areas[kind].fill, width: 7 }];
    found.push({ sample: { kind: "strokes", strokes }, words: text("legend." + group) });
  }
  return found;
}
