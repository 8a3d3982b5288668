/* The names of the sites in view, and the boxes that their symbols take. */

import { metresPerPixel } from "./scale.js";
import { short, words } from "./words.js";

/** @import { Label, Language, Obstacle, PlacedSite, Style, TrackPayload } from "./types" */
/** @import { SiteEntry } from "./site_entry.js" */
/** @import { Map } from "leaflet" */

// Pixels within which two lines look like one.
const ONE_LINE = 6;

// Of the ring around what is selected, in pixels.
const LIT_RING = 30;

/**
 * @param {SiteEntry[]} entries those in view
 * @param {Map} map
 * @param {Style} style
 * @param {Language} language
 * @param {number} size how much larger than usual names are
 * @param {TrackPayload[]} tracks those that two lines share
 * @returns {{ labels: Label[], obstacles: Obstacle[] }}
 */
export function siteLabels(entries, map, style, language, size, tracks) {
  const zoom = map.getZoom();
  /** @type {Label[]} */
  const labels = [];
  /** @type {Obstacle[]} */
  const obstacles = [];
  for (const entry of entries) {
    const site = entry.placed;
    // The name of a place stands once, beside its symbol.
    if (!site || site.whole) continue;
    if (entry.area && !entry.marked && !site.tasks.length && zoom < 12.5) continue;
    const big = isBig(entry);
    for (const marker of entry.symbols) {
      const point = map.latLngToContainerPoint(marker.leaflet.getLatLng());
      const radius = (entry.lit ? LIT_RING : marker.small ? 7 : big ? 13 : 9) * size;
      obstacles.push({ box: [point.x - radius, point.y - radius, point.x + radius, point.y + radius], owner: site.id });
    }
    // Larger names need more room.
    if (zoom < zoomFrom(entry, style, big) + (big ? 0 : Math.log2(size)) || site.category === "district") continue;
    labels.push(label(entry, site, { style, language, size, big }));
  }
  return { labels: joined(labels, tracks, map), obstacles };
}

/**
 * The labels with one for both lines of a track where they look like one line.
 *
 * @param {Label[]} labels
 * @param {TrackPayload[]} tracks
 * @param {Map} map
 */
function joined(labels, tracks, map) {
  let found = labels;
  for (const { sites, join, metres, lines } of tracks) {
    const bounds = map.getBounds();
    const both = sites.map((id) => labels.find((one) => one.owner === id && one.path));
    const [first, second] = both;
    const near = metres / metresPerPixel(map.getZoom(), lines[0][0][0]) < ONE_LINE;
    if (!near || !first || !second || !lines.some((line) => bounds.intersects(line))) continue;
    const text = first.text + join + second.text;
    // Each has its own name where there is no room for both in one.
    found = found.map((one) => (both.includes(one) ? { ...one, unless: text } : one));
    found.push({ ...first, text, path: lines, priority: Math.max(first.priority, second.priority) + 1 });
  }
  return found;
}

/**
 * Whether its name is large: that of a symbol in full with a status, and of whatever is lit.
 *
 * @param {SiteEntry} entry
 */
function isBig(entry) {
  return (Boolean(entry.state.status) && isFull(entry)) || entry.lit;
}

/**
 * Whether it is greyed by a filter but keeps its name: that is how people see that it is still there.
 *
 * @param {SiteEntry} entry
 */
function isGreyed(entry) {
  return entry.state.filteredOut && isFull(entry);
}

/** @param {SiteEntry} entry */
function isFull(entry) {
  const small = entry.marked && entry.markers.length > 0 && entry.markers.every((marker) => marker.small || marker.thinned);
  return !small && (!entry.area || entry.marked);
}

/**
 * What no commitment hangs on keeps quiet until there is room.
 *
 * @param {SiteEntry} entry
 * @param {Style} style
 * @param {boolean} big
 */
function zoomFrom(entry, style, big) {
  const from = style.categories[entry.site.category].label_zoom;
  if (entry.lit) return 0;
  if (big || isGreyed(entry)) return Math.min(from, 10);
  return entry.home.layer.ground ? from : from + 1.5;
}

/**
 * @param {SiteEntry} entry
 * @param {PlacedSite} site
 * @param {{ style: Style, language: Language, size: number, big: boolean }} look
 * @returns {Label}
 */
function label(entry, site, { style, language, size, big }) {
  const category = style.categories[site.category];
  const { ground } = entry.home.layer;
  const lines = ground && site.geometry.type.includes("LineString");
  const river = site.category === "river";
  const name = words(site, language);
  const common = {
    owner: site.id,
    text: lines && site.precision !== "nominal" ? short(name) : name,
    priority: category.priority + (big ? 40 : isGreyed(entry) ? 35 : 0) + (entry.lit ? 200 : 0) - (ground ? 30 : 0),
    weight: entry.lit ? 700 : big ? 600 : 500,
    colour: colour(category.ground, entry, style),
  };
  if (lines) return { ...common, path: site.lines, gap: 0, spacing: river ? 1.9 : 1.15, size: (river || big ? 13 : 11) * size };
  return {
    ...common,
    at: site.anchors[0],
    size: (entry.lit ? 15 : big ? 13.5 : ground ? 11 : 12) * size,
    gap: (entry.lit && !ground ? LIT_RING : ground ? 5 : big ? 13 : 10) * size,
  };
}

/**
 * @param {string} ground style of the category
 * @param {SiteEntry} entry
 * @param {Style} style
 */
function colour(ground, entry, style) {
  if (entry.lit) return style.accent;
  if (ground === "river" || ground === "water") return style.waterText;
  if (ground.startsWith("metro")) return style.metroText;
  return entry.home.layer.ground ? style.groundText : style.ink;
}
