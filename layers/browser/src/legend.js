/* The legend on the page. */

import * as L from "leaflet";
import { legendParts } from "./legend_entries.js";
import { hatchDots, hatchLines } from "./hatch_lines.js";
import { linesOf } from "./own_marker.js";
import { shapes, svg } from "./svg.js";
import { dot, picture } from "./symbols.js";

/** @import { Box, Hatch, OwnPayload, OwnSymbol, SoftLook, Stroke, Style, Text } from "./types" */
/** @import { Sample, Seen } from "./legend_entries.js" */

const make = L.DomUtil.create;

export class Legend {
  /**
   * A `brief` one leaves out what nobody asks for in a room.
   *
   * @param {HTMLElement} box
   * @param {Style} style
   * @param {{ brief?: boolean }} [options]
   */
  constructor(box, style, { brief = false } = {}) {
    this.style = style;
    this.brief = brief;
    this.box = box;
    this.key = "";
  }

  /**
   * List what is on the map now, and nothing else.
   *
   * @param {Seen} seen
   * @param {Text} text
   */
  render(seen, text) {
    const parts = legendParts(seen, this.style, text, this.brief);
    const key = JSON.stringify([text("map.legend"), parts]);
    if (key === this.key) return;
    this.key = key;
    const body = this.box;
    body.textContent = "";
    for (const { title, entries, caption } of parts) {
      if (caption) make("p", "pm-legend-caption", body).textContent = title;
      const list = make("ul", "", body);
      list.setAttribute("aria-label", title);
      for (const { sample, words } of entries) {
        const item = make("li", "", list);
        item.appendChild(draw(sample, this.style));
        make("span", "", item).textContent = words;
      }
    }
  }
}

/**
 * @param {Sample} sample
 * @param {Style} style
 */
function draw(sample, style) {
  switch (sample.kind) {
    case "status": return picture(sample.symbol, 16);
    case "category": return picture(sample.symbol, 14, "pm-ink");
    case "strokes": return line(sample.strokes);
    case "change": return badge(style.changes[sample.mark]);
    case "overdue": return badge(style.overdue);
    case "pale": return make("i", "pm-swatch pm-pale");
    case "dot": return smallDot(style);
    case "part": return smallDot(style);
    case "halo": return halo(style);
    case "filtered-out": return filteredOut(style);
    case "none": return make("i", "pm-no-sample");
    case "service": return serviceSample(style);
    case "own": return ownSample(sample.symbol, sample.form);
    case "soft": return softSample(sample.look);
  }
}

/** @param {Style["overdue"]} elements */
function badge(elements) {
  const box = svg("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" });
  shapes(elements, box);
  return box;
}

/** @param {Stroke[]} strokes */
function line(strokes) {
  const box = svg("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
  for (const { colour, width, fill, fill_opacity, dash, radius } of strokes) {
    const look = {
      stroke: colour || "none", "stroke-width": width || 1, fill: fill || "none", "fill-opacity": fill_opacity || 0,
      ...(dash ? { "stroke-dasharray": dash } : {}),
    };
    if (radius) svg("circle", { cx: 13, cy: 7, r: radius + 0.6, ...look }, box);
    else if (fill) svg("rect", { x: 2, y: 2, width: 22, height: 10, rx: 2, ...look }, box);
    else svg("path", { d: "M1 7H25", ...look }, box);
  }
  return box;
}

/**
 * A symbol of an own layer, as the map has it.
 *
 * @param {OwnSymbol} symbol
 * @param {OwnPayload["form"]} form
 */
function ownSample({ colour, opacity, width, dash, fill, fill_opacity, radius, marker, hatch }, form) {
  const box = svg("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
  const look = {
    stroke: colour || "none", "stroke-width": width, "stroke-opacity": opacity, fill: fill || "none", "fill-opacity": fill_opacity,
    ...(dash ? { "stroke-dasharray": dash } : {}),
  };
  const size = Math.min(radius, 6);
  if (form === "line") svg("path", { d: "M1 7H25", ...look, fill: "none" }, box);
  else if (form !== "point") {
    svg("rect", { x: 2, y: 2, width: 22, height: 10, ...look, ...(hatch ? { stroke: "none" } : {}) }, box);
    if (hatch) {
      hatchSample(hatch, box);
      svg("rect", { x: 2, y: 2, width: 22, height: 10, ...look, fill: "none" }, box);
    }
  }
  else if (marker === "circle") svg("circle", { cx: 13, cy: 7, r: size, ...look }, box);
  else {
    const paths = linesOf(marker).map((ends) => "M" + ends.map(([x, y]) => (13 + x * size) + " " + (7 + y * size)).join("L"));
    svg("path", { d: paths.join(""), ...look }, box);
  }
  return box;
}

/**
 * A hatch in the rectangle of a sample.
 *
 * @param {Hatch} hatch
 * @param {Element} parent
 */
function hatchSample(hatch, parent) {
  // An SVG in another one cuts what lies beyond it.
  const home = svg("svg", { x: 2, y: 2, width: 22, height: 10, viewBox: "0 0 22 10", opacity: hatch.opacity }, parent);
  /** @type {Box} */
  const box = [0, 0, 22, 10];
  if (hatch.pattern === "dots") {
    for (const [cx, cy] of hatchDots(hatch, box)) svg("circle", { cx, cy, r: hatch.width / 2, fill: hatch.colour }, home);
    return;
  }
  const d = hatchLines(hatch, box).map(([x, y, toX, toY]) => "M" + x + " " + y + "L" + toX + " " + toY).join("");
  svg("path", { d, stroke: hatch.colour, "stroke-width": hatch.width, fill: "none" }, home);
}

/**
 * A picture that is put together from tiles.
 *
 * @param {Style} style
 */
function serviceSample(style) {
  const box = svg("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
  const look = { fill: style.noTask, "fill-opacity": 0.3, width: 11, height: 5 };
  svg("rect", { x: 2, y: 7, ...look }, box);
  svg("rect", { x: 13, y: 2, ...look }, box);
  svg("rect", { x: 2, y: 2, width: 22, height: 10, fill: "none", stroke: style.noTask, "stroke-width": 0.8 }, box);
  return box;
}

/** @param {Style} style */
function smallDot(style) {
  const box = svg("svg", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" });
  svg("circle", { ...dot(style), cx: 7, cy: 7 }, box);
  return box;
}

/**
 * The grey disc of a site whose tasks are all filtered out, with its badge.
 *
 * @param {Style} style
 */
function filteredOut(style) {
  const box = svg("svg", { viewBox: "-13 -13 29 29", width: 16, height: 16, "aria-hidden": "true" });
  svg("circle", { r: 11.5, fill: style.white, stroke: style.noTask, "stroke-width": 2.2 }, box);
  shapes(style.filteredBadge, svg("g", { transform: "translate(8 8)" }, box));
  return box;
}

/**
 * A patch as the map has it: stronger towards its middle, and without a line.
 *
 * @param {SoftLook} look
 */
function softSample({ colour, opacity }) {
  const box = svg("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
  const sheets = 5;
  for (let sheet = 0; sheet < sheets; sheet++) {
    const by = (sheet * 4.8) / sheets;
    const look = { fill: colour, "fill-opacity": 1 - (1 - opacity) ** (1 / sheets) };
    svg("rect", { x: 1 + by, y: 0.5 + by, width: 24 - 2 * by, height: 13 - 2 * by, rx: Math.max(1.5, 5 - by / 2), ...look }, box);
  }
  return box;
}

/** @param {Style} style */
function halo(style) {
  const box = svg("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
  const look = { fill: style.quiet, "fill-opacity": 0.08, stroke: style.quiet, "stroke-dasharray": "3 2.4" };
  svg("circle", { cx: 13, cy: 7, r: 6, ...look }, box);
  return box;
}
