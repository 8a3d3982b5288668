/* Labels on one canvas: placed by priority, never over each other or over a symbol, thinned by zoom. */

import * as L from "leaflet";
import { alongLines } from "./label_path.js";
import { placeLabels } from "./label_placement.js";
import { pane } from "./pane.js";

/** @import { Candidate, Label, LabelLook, Obstacle, Style } from "./types" */

// How far up and aside the corner of a name is from a symbol's middle, as a share of the gap.
const SLANT = 0.72;

/** @typedef {Label & { candidate: Candidate }} PlacedLabel */

export class Labels extends L.Layer {
  /**
   * @param {Style} style
   * @param {() => { labels: Label[], obstacles: Obstacle[] }} collect
   */
  constructor(style, collect) {
    super();
    this.style = style;
    this.collect = collect;
    /** @type {PlacedLabel[]} */
    this.placed = [];
    /**
     * Dots for each pixel; null for those of the screen.
     *
     * @type {number | null}
     */
    this.ratio = null;
    /** @type {Map<string, number>} */
    this.widths = new Map();
    this.frame = 0;
    this.canvas = L.DomUtil.create("canvas", "pm-labels leaflet-zoom-hide");
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
  }

  /**
   * @override
   * @param {L.Map} map
   */
  onAdd(map) {
    this.map = map;
    const home = pane(map, "pm-labels", 590);
    home.style.pointerEvents = "none";
    home.append(this.canvas);
    map.on("moveend zoomend resize viewreset", this.redraw, this);
    // Text drawn before its font has arrived must be drawn once more.
    document.fonts.addEventListener("loadingdone", () => {
      this.widths.clear();
      this.redraw();
    });
    this.redraw();
    return this;
  }

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  /** @param {LabelLook} label */
  font(label) {
    const families = this.style.fonts.map((name) => '"' + name + '"').join(",");
    return label.weight + " " + label.size + "px " + families + ",sans-serif";
  }

  /** @param {LabelLook} label */
  measure(label) {
    const font = this.font(label);
    const key = font + "\n" + label.text;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    this.context.font = font;
    const { width } = this.context.measureText(label.text);
    this.widths.set(key, width);
    return width;
  }

  draw() {
    const map = this.map;
    if (!map) return;
    const size = map.getSize();
    const ratio = this.ratio || window.devicePixelRatio || 1;
    const canvas = this.canvas;
    // This also clears it. A canvas that is cleared any other way is printed white, over all that lies beneath.
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this.context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { labels, obstacles } = this.collect();
    const ready = labels.map((label) => ({ ...label, candidates: this.candidates(map, label) }));
    this.placed = placeLabels(ready, obstacles, [2, 2, size.x - 2, size.y - 2]);
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const label of this.placed.reverse()) this.paint(label);
  }

  /**
   * The places that a label could take, the best first.
   *
   * @param {L.Map} map
   * @param {Label} label
   * @returns {Candidate[]}
   */
  candidates(map, label) {
    const lines = label.path
      ? label.path.map((line) => line.map((at) => map.latLngToContainerPoint(at)))
      : label.pixels?.map((line) => line.map(([x, y]) => ({ x, y })));
    if (lines) {
      const letters = Array.from(label.text);
      const spacing = label.spacing || 1.25;
      const widths = letters.map((letter) => this.measure({ ...label, text: letter }) * spacing);
      const found = alongLines(lines, letters, widths, label.size, map.getSize());
      return found.filter(({ boxes }) => !label.isRoom || boxes.every(label.isRoom));
    }
    if (!label.at) return [];
    const width = this.measure(label);
    const half = label.size * 0.62;
    if (label.dot) return [underDot(map.latLngToContainerPoint(label.at), width, half, label.dot)];
    const gap = label.gap || 0;
    /** @type {[number, number, "left" | "right" | "center"][]} */
    const places = gap
      ? [
        [gap + 2, 0, "left"], [-gap - 2, 0, "right"], [0, -gap - half, "center"], [0, gap + half, "center"],
        // Where its sides are taken, over and below a corner of the symbol.
        [gap * SLANT, -gap * SLANT - half, "left"], [gap * SLANT, gap * SLANT + half, "left"],
        [-gap * SLANT, -gap * SLANT - half, "right"], [-gap * SLANT, gap * SLANT + half, "right"],
      ]
      : (label.rows ? [0, -1, 1] : [0]).map((row) => [0, row * 2 * half, "center"]);
    return [label.at, ...(label.others || [])].flatMap((at) => {
      const point = map.latLngToContainerPoint(at);
      return places.map(([dx, dy, align]) => {
        const left = point.x + dx - (align === "center" ? width / 2 : align === "right" ? width : 0);
        const y = point.y + dy;
        /** @type {Candidate} */
        const candidate = { x: left, y, boxes: [[left - 2, y - half, left + width + 2, y + half]] };
        return candidate;
      });
    }).filter(({ boxes }) => !label.isRoom || boxes.every(label.isRoom));
  }

  /** @param {PlacedLabel} label */
  paint(label) {
    const context = this.context;
    context.font = this.font(label);
    context.strokeStyle = label.halo || this.style.white;
    context.lineWidth = label.haloWidth === undefined ? Math.max(3.4, label.size * 0.25) : 2 * label.haloWidth;
    context.fillStyle = label.colour;
    const { x, y, glyphs, dot } = label.candidate;
    if (dot) {
      context.globalAlpha = 1;
      context.beginPath();
      context.arc(dot[0], dot[1], label.dot || 0, 0, 2 * Math.PI);
      context.fill();
    }
    for (const halo of label.haloWidth === 0 ? [false] : [true, false]) {
      context.globalAlpha = halo ? label.haloOpacity || 0.92 : 1;
      context.textAlign = glyphs ? "center" : "left";
      for (const glyph of glyphs || [{ letter: label.text, x: x || 0, y: y || 0, angle: 0 }]) {
        context.save();
        context.translate(glyph.x, glyph.y);
        context.rotate(glyph.angle);
        if (halo) context.strokeText(glyph.letter, 0, 0);
        else context.fillText(glyph.letter, 0, 0);
        context.restore();
      }
    }
  }
}

/**
 * The place of a name below the dot of its place.
 *
 * @param {L.Point} point
 * @param {number} width
 * @param {number} half of the height
 * @param {number} dot its radius
 * @returns {Candidate}
 */
function underDot(point, width, half, dot) {
  const [left, y] = [point.x - width / 2, point.y + dot + 1 + half];
  /** @type {Candidate["boxes"]} */
  const boxes = [[left - 2, y - half, left + width + 2, y + half], [point.x - dot, point.y - dot, point.x + dot, point.y + dot]];
  return { x: left, y, dot: [point.x, point.y], boxes };
}
