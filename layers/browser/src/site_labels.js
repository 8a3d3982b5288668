/* The names of the sites in view, and the boxes that their symbols take. */

import { short, words } from "./words.js";

/** @import { Label, Language, Obstacle, PlacedSite, Style } from "./types" */
/** @import { SiteEntry } from "./site_entry.js" */
/** @import { Map } from "leaflet" */

/**
 * @param {SiteEntry[]} entries those in view
 * @param {Map} map
 * @param {Style} style
 * @param {Language} language
 * @param {number} size how much larger than usual names are
 * @returns {{ labels: Label[], obstacles: Obstacle[] }}
 */
export function siteLabels(entries, map, style, language, size) {
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
      const radius = (marker.small ? 7 : big ? 13 : 9) * size;
      obstacles.push({ box: [point.x - radius, point.y - radius, point.x + radius, point.y + radius], owner: site.id });
    }
    // Larger names need more room.
    if (zoom < zoomFrom(entry, style, big) + (big ? 0 : Math.log2(size)) || site.category === "district") continue;
    labels.push(label(entry, site, { style, language, size, big }));
  }
  return { labels, obstacles };
}

/**
 * Whether its name is large: that of a symbol in full with a status, and of whatever is lit.
 *
 * @param {SiteEntry} entry
 */
function isBig(entry) {
  const small = entry.marked && entry.markers.length > 0 && entry.markers.every((marker) => marker.small || marker.thinned);
  return (Boolean(entry.state.status) && !small && (!entry.area || entry.marked)) || entry.lit;
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
  if (big) return Math.min(from, 10);
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
    priority: category.priority + (big ? 40 : 0) + (entry.lit ? 200 : 0) - (ground ? 30 : 0),
    weight: entry.lit ? 700 : big ? 600 : 500,
    colour: colour(category.ground, entry, style),
  };
  if (lines) return { ...common, path: site.lines, gap: 0, spacing: river ? 1.9 : 1.15, size: (river || big ? 13 : 11) * size };
  return {
    ...common,
    at: site.anchors[0],
    size: (entry.lit ? 15 : big ? 13.5 : ground ? 11 : 12) * size,
    gap: (entry.lit && !ground ? 26 : ground ? 5 : big ? 13 : 10) * size,
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
