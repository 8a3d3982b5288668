/* What a legend lists: what can be seen on the map now, and nothing else. The other half is layers/draw/legend.py. */

import { decode } from "./letters.js";
import { statusSymbol } from "./symbols.js";
import { styleOf } from "./way_look.js";

/** @import { SeenOwn } from "./own_pane.js" */
/** @import { OwnPayload, OwnSymbol, SeenSite, SiteState, SoftLook, Stroke, Style, Text, WayLook } from "./types" */

// As in sites.js: what is not exact must not look like land or water that is there.
const FAINT = 0.45;

/**
 * What stands before the words: a symbol of the page, strokes, or one of the few others.
 *
 * @typedef {{ kind: "status" | "category", symbol: string }
 *   | { kind: "strokes", strokes: Stroke[] }
 *   | { kind: "soft", look: SoftLook }
 *   | { kind: "change", mark: string }
 *   | { kind: "own", symbol: OwnSymbol, form: OwnPayload["form"] }
 *   | { kind: "pale" | "overdue" | "dot" | "halo" | "part" | "filtered-out" | "service" | "none" }} Sample
 */
/** @typedef {{ sample: Sample, words: string }} Entry */
/** @typedef {Pick<SiteState, "status" | "backed">} State */
/** @typedef {{ title: string, entries: Entry[], caption?: boolean }} Part with a caption, its title is shown too */

/**
 * @typedef {object} Seen
 * @property {SeenSite[]} sites those of which anything is in view
 * @property {string} [listed] letters of the tasks in a table beside the map
 * @property {boolean} boundary whether the boundary of the district crosses the view
 * @property {boolean} [otherBoundary] whether one of another district does
 * @property {boolean} [sea] whether there is sea in view
 * @property {SeenOwn[]} [own] own layers of which anything is in view
 * @property {string[]} [services] what is said of each map service in view
 * @property {string | null} [near] words for the surroundings whose outline is in view
 * @property {number | null} gridStep metres between the lines of the grid, if it is shown
 * @property {Set<string>} [ways] kinds of ways of the ground in view
 * @property {boolean} [fromFile] whether the ground comes from a file and not with the plan
 * @property {boolean} [chineseNames] whether an English map has names of the ground in Chinese
 */

/**
 * The parts of a legend that have anything in them. A `brief` one sums up the ground in one entry, and tells statuses
 * with and without evidence apart by name.
 *
 * @param {Seen} seen
 * @param {Style} style
 * @param {Text} text
 * @param {boolean} brief
 * @returns {Part[]}
 */
export function legendParts(seen, style, text, brief) {
  const { sites } = seen;
  const symbols = sites.filter((site) => site.symbol);
  const title = text(seen.fromFile ? "legend.ground-file" : "legend.ways") + (seen.chineseNames ? text("legend.names-in-chinese") : "");
  const roads = seen.ways ? ways(seen.ways, style.ways, text, brief ? title : "") : [];
  return [
    brief
      ? { title: text("legend.status"), entries: [...allStatuses(statesOf(seen), style, text), ...late(symbols, text)] }
      : { title: text("legend.site-status"), entries: [...statuses(statesOf(seen), style, text), ...late(symbols, text)], caption: true },
    // High up, since the list scrolls: somebody has asked for them, and how many features a cell stands for must be seen.
    { title: text("legend.own"), entries: own(seen.own || []), caption: true },
    { title: text("legend.services"), entries: services(seen.services || []), caption: true },
    { title: text("legend.changes"), entries: changes(symbols, style, text), caption: true },
    { title: text("legend.category"), entries: categories(symbols, sites, style, text) },
    { title: text("legend.lines"), entries: [...lines(seen, style, text), ...(brief ? roads.slice(0, 1) : [])] },
    { title, entries: brief ? [] : roads, caption: true },
  ].filter((part) => part.entries.length);
}

/**
 * @param {SeenOwn[]} layers
 * @returns {Entry[]}
 */
function own(layers) {
  // What is shown of a layer is said once, after the last of its symbols.
  const last = new Map(layers.map(({ id }, index) => [id, index]));
  return layers.map(({ id, symbol, form, words, asked }, index) => ({
    sample: symbol ? { kind: "own", symbol, form } : { kind: "none" },
    words: asked && last.get(id) === index ? `${words} — ${asked}` : words,
  }));
}

/**
 * @param {string[]} found
 * @returns {Entry[]}
 */
function services(found) {
  return found.map((words) => ({ sample: { kind: "service" }, words }));
}

/**
 * The mark of sites with an overdue task, where one is in view.
 *
 * @param {SeenSite[]} symbols
 * @param {Text} text
 * @returns {Entry[]}
 */
function late(symbols, text) {
  return symbols.some(({ state }) => state.overdue) ? [{ sample: { kind: "overdue" }, words: text("legend.overdue") }] : [];
}

/**
 * The marks of changes in view, and that all else is pale.
 *
 * @param {SeenSite[]} symbols
 * @param {Style} style
 * @param {Text} text
 * @returns {Entry[]}
 */
function changes(symbols, style, text) {
  const marks = Object.keys(style.changes).filter((mark) => symbols.some(({ change }) => change === mark));
  return marks.map((mark) => ({ sample: { kind: "change", mark }, words: text("mark." + mark) }));
}

/**
 * How the sites with a symbol in view stand, and the tasks of a table beside the map.
 *
 * @param {Seen} seen
 * @returns {State[]}
 */
function statesOf({ sites, listed = "" }) {
  return [...sites.filter(({ symbol }) => symbol).map(({ state }) => state), ...Array.from(listed, decode)];
}

/**
 * Each status once, and what the pale ones say.
 *
 * @param {State[]} states
 * @param {Style} style
 * @param {Text} text
 * @returns {Entry[]}
 */
function statuses(states, style, text) {
  /** @type {Entry[]} */
  const found = [];
  for (const status of Object.keys(style.status)) {
    const having = states.filter((state) => state.status === status);
    if (!having.length) continue;
    const backed = having.some((state) => state.backed);
    found.push({ sample: { kind: "status", symbol: statusSymbol(status, backed) }, words: text("status." + status) });
  }
  if (states.some((state) => state.status && !state.backed)) found.push({ sample: { kind: "pale" }, words: text("legend.pale") });
  return found;
}

/**
 * Each status with evidence and without.
 *
 * @param {State[]} states
 * @param {Style} style
 * @param {Text} text
 * @returns {Entry[]}
 */
function allStatuses(states, style, text) {
  /** @type {Entry[]} */
  const found = [];
  for (const status of Object.keys(style.status)) {
    for (const backed of [true, false]) {
      if (!states.some((state) => state.status === status && state.backed === backed)) continue;
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
 * @returns {Entry[]}
 */
function categories(symbols, sites, style, text) {
  const whole = symbols.filter((one) => one.whole);
  const present = new Set(whole.map(({ site }) => site.category));
  /** @type {Entry[]} */
  const found = Object.keys(style.categories)
    .filter((category) => present.has(category))
    .map((category) => ({ sample: { kind: "category", symbol: "pm-category-" + category }, words: text("category." + category) }));
  const grey = whole.filter(({ state }) => !state.status);
  /** @type {Sample} */
  const disc = { kind: "strokes", strokes: [{ colour: style.noTask, width: 1.5, fill: style.white, fill_opacity: 1, radius: 5 }] };
  if (grey.some(({ site }) => !site.tasks.length)) found.push({ sample: disc, words: text("legend.no-task") });
  if (grey.some(({ state }) => state.filteredOut)) found.push({ sample: { kind: "filtered-out" }, words: text("legend.filtered-out") });
  if (grey.some(({ site, state }) => site.tasks.length && !state.filteredOut)) {
    found.push({ sample: disc, words: text("legend.no-status") });
  }
  if (symbols.some(({ small }) => small)) found.push({ sample: { kind: "dot" }, words: text("legend.small") });
  if (sites.some(({ dot }) => dot)) found.push({ sample: { kind: "part" }, words: text("legend.part") });
  return found;
}

/**
 * What is drawn alike is one entry.
 *
 * @param {SeenSite[]} sites
 * @param {Style} style
 * @param {Text} text
 * @returns {Entry[]}
 */
function shapes(sites, style, text) {
  const order = Object.keys(style.categories);
  /** @type {Map<string, SeenSite[]>} */
  const alike = new Map();
  for (const one of sites.filter(({ shape }) => shape)) {
    const { site, soft, form } = one;
    const key = [String(order.indexOf(site.category)).padStart(4, "0"), Number(soft), form, dashOf(one, style)].join();
    alike.set(key, [...(alike.get(key) || []), one]);
  }
  /** @type {Entry[]} */
  const found = [...alike.keys()].sort().map((key) => {
    const group = /** @type {SeenSite[]} */ (alike.get(key));
    const [one] = group;
    const { ground } = style.categories[one.site.category];
    const name = text("category." + one.site.category);
    if (one.soft) {
      return { sample: { kind: "soft", look: style.soft[ground] || style.soft[""] }, words: name + text("legend.nominal-area") };
    }
    const dash = dashOf(one, style);
    const strokes = strokesOf(style.ground[ground] || style.ground[""], one.form, dash);
    // Where all are, the words say it; where some are, their names on the map do.
    const nominal = group.every(({ site }) => site.precision === "nominal");
    const rough = nominal ? text("legend.nominal-line") : dash ? text("legend.approximate") : "";
    return { sample: { kind: "strokes", strokes }, words: name + rough };
  });
  // A line, and an area of which only the outline is drawn, have the same sample.
  return [...new Map(found.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/**
 * The dashes of the outline of a line or area that is not exact.
 *
 * @param {SeenSite} one
 * @param {Style} style
 */
function dashOf({ soft, ground, form, site }, style) {
  return soft || ground || form === "point" ? "" : style.dash[site.precision] || "";
}

/**
 * As the map draws them: a line has no surface, only a point is a circle, and the top stroke of what is not exact is dashed.
 *
 * @param {Stroke[]} strokes
 * @param {SeenSite["form"]} form
 * @param {string} dash
 * @returns {Stroke[]}
 */
function strokesOf(strokes, form, dash) {
  return strokes.map(({ radius, fill, ...stroke }, index) => ({
    ...stroke,
    ...(form === "line" ? {} : { fill }),
    ...(form === "point" ? { radius: radius || 3 } : {}),
    ...(dash && index === strokes.length - 1 ? { dash, fill_opacity: (stroke.fill_opacity || 0) * FAINT } : {}),
  }));
}

/**
 * @param {Seen} seen
 * @param {Style} style
 * @param {Text} text
 * @returns {Entry[]}
 */
function lines({ sites, boundary, otherBoundary, sea, gridStep, near }, style, text) {
  /** @type {Entry[]} */
  const found = shapes(sites, style, text);
  /**
   * @param {Stroke} stroke
   * @param {string} words
   */
  const add = (stroke, words) => found.push({ sample: { kind: "strokes", strokes: [stroke] }, words });
  if (boundary) add({ colour: style.boundary, width: 2.2 }, text("legend.boundary"));
  if (otherBoundary) add({ colour: style.minorBoundary, width: 1.1 }, text("legend.other-boundary"));
  if (sea) add({ fill: style.sea, fill_opacity: 1 }, text("legend.sea"));
  if (near) add({ colour: style.accent, width: 2 }, near);
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
