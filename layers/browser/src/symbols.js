/* The symbols of sites and statuses as SVG, for markers, legend and lists alike. */

import { NS, shapes, svg } from "./svg.js";

/** @import { SiteState, Style } from "./types" */

/**
 * Put every symbol into the page once; markers and legend point to them by <use>.
 *
 * @param {Style} style
 */
export function defineSymbols(style) {
  if (document.getElementById("pm-symbols")) return;
  const host = svg("svg", { id: "pm-symbols", width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" });
  const defs = svg("defs", {}, host);
  for (const [category, look] of Object.entries(style.categories)) {
    const symbol = svg("symbol", { id: "pm-category-" + category, viewBox: "0 0 15 15" }, defs);
    svg("path", { d: look.path, fill: "currentColor" }, symbol);
  }
  for (const [status, look] of Object.entries(style.status)) {
    for (const backed of [true, false]) {
      const symbol = svg("symbol", { id: statusSymbol(status, backed), viewBox: "-8 -8 16 16" }, defs);
      shapes(backed ? look.badge : look.paleBadge, symbol);
    }
  }
  document.body.insertBefore(host, document.body.firstChild);
}

/**
 * Id of the symbol of a status.
 *
 * @param {string} status
 * @param {boolean} backed
 */
export function statusSymbol(status, backed) {
  return "pm-status-" + status + (backed ? "" : "-pale");
}

/**
 * What is left of a site without tasks where there is no room; no ring, for that is a status.
 *
 * @param {Style} style
 */
export function dot(style) {
  return { r: 3.2, fill: style.dot, stroke: style.white, "stroke-width": 1.2 };
}

/**
 * A small picture of one symbol for legend and lists.
 *
 * @param {string} id
 * @param {number} size
 * @param {string} [className]
 */
export function picture(id, size, className) {
  const box = svg("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size, "aria-hidden": "true", class: className || "" });
  svg("use", { href: "#" + id, width: size, height: size }, box);
  return box;
}

/**
 * The picture of a site as a CSS image: a disc with the category, the status as ring and badge. Without a status it
 * is small and grey, with a badge where only filters are the reason.
 * Thousands of markers share few pictures, and a picture is painted far faster than as many SVG trees.
 *
 * @param {Style} style
 * @param {string} category
 * @param {Pick<SiteState, "status" | "backed" | "filteredOut" | "overdue">} state
 * @param {string | null} [change] what it is marked as
 */
export function markerPicture(style, category, { status, backed, filteredOut, overdue = false }, change = null) {
  return image([category, status, backed, filteredOut, overdue, change], 36, (box) => {
    const look = status ? style.status[status] : null;
    const scale = svg("g", { transform: status ? "" : "scale(0.72)" }, box);
    svg("circle", { r: 12.6, cy: 0.9, fill: style.ink, "fill-opacity": 0.16 }, scale);
    svg("circle", {
      r: 11.5,
      fill: look && !backed ? look.pale : style.white,
      stroke: look ? look.colour : style.noTask,
      "stroke-width": look && backed ? 2.6 : 1.8,
      ...(look && look.shape === "dashed-ring" ? { "stroke-dasharray": "4 3" } : {}),
    }, scale);
    const fill = look ? style.ink : style.quiet;
    svg("path", { d: style.categories[category].path, transform: "translate(-7 -7) scale(0.933)", fill }, scale);
    const badge = look ? (backed ? look.badge : look.paleBadge) : filteredOut ? style.filteredBadge : null;
    if (badge) shapes(badge, svg("g", { transform: "translate(10 10)" }, scale));
    if (change) shapes(style.changes[change], svg("g", { transform: "translate(10 -10)" }, box));
    if (overdue) shapes(style.overdue, svg("g", { transform: "translate(-10.5 10)" }, box));
  });
}

/**
 * The picture of a site that has no room: how it stands, and nothing of what it is.
 *
 * @param {Style} style
 * @param {Pick<SiteState, "status" | "backed" | "overdue">} state
 * @param {string | null} [change] what it is marked as
 */
export function smallPicture(style, { status, backed, overdue = false }, change = null) {
  return image(["small", status, backed, overdue, change], 20, (box) => {
    if (change) return shapes(style.changes[change], box);
    if (!status) return void svg("circle", dot(style), box);
    svg("circle", { r: 8, fill: style.white, "fill-opacity": 0.85 }, box);
    shapes(backed ? style.status[status].badge : style.status[status].paleBadge, box);
    if (overdue) shapes(style.overdue, svg("g", { transform: "translate(-5.5 5) scale(0.62)" }, box));
  });
}

/** @type {Map<string, string>} */
const images = new Map();

/**
 * @param {unknown[]} parts what tells this picture from the others
 * @param {number} side
 * @param {(box: SVGSVGElement) => void} draw
 */
function image(parts, side, draw) {
  const key = parts.join();
  const known = images.get(key);
  if (known) return known;
  const box = svg("svg", { xmlns: NS, viewBox: [-side / 2, -side / 2, side, side].join(" "), width: side, height: side });
  draw(box);
  const made = 'url("data:image/svg+xml,' + encodeURIComponent(new XMLSerializer().serializeToString(box)) + '")';
  images.set(key, made);
  return made;
}
