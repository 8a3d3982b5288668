/* Roads and waters of the ground: widths, positions, what is cut at a frame, and names in pieces. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipped } from "../../layers/browser/src/clip.js";
import { widthAt } from "../../layers/browser/src/way_look.js";
import table from "../cases/way_width.json";

describe("the width of a way", () => {
  for (const { name, stops, zoom, width } of table.cases) {
    it(name, () => expect(widthAt(/** @type {[number, number][]} */ (stops), zoom)).toBeCloseTo(width, 9));
  }
});

// Never on an edge, where in and out are a matter of rounding.
const coordinate = fc.integer({ min: -50, max: 150 }).map((whole) => whole + 0.5);
const point = fc.tuple(coordinate, coordinate);
/** @type {[number, number, number, number]} */
const FRAME = [0, 0, 100, 100];

/** @param {[number, number]} at */
const inside = ([x, y]) => x >= -1e-6 && x <= 100 + 1e-6 && y >= -1e-6 && y <= 100 + 1e-6;

/** @param {[number, number][]} line */
function lengthOf(line) {
  return line.slice(1).reduce((sum, [x, y], n) => sum + Math.hypot(x - line[n][0], y - line[n][1]), 0);
}

describe("a line cut at a frame", () => {
  it("leaves a line that is wholly inside as it is", () => {
    /** @type {[number, number][]} */
    const line = [[10, 10], [50, 90], [90, 20]];
    expect(clipped(line, FRAME)).toEqual([line]);
  });

  it("comes in parts where the line leaves and comes back", () => {
    const parts = clipped([[50, 50], [150, 50], [150, 60], [50, 60]], FRAME);
    expect(parts).toEqual([[[50, 50], [100, 50]], [[100, 60], [50, 60]]]);
  });

  it("is nothing where the line passes by", () => {
    expect(clipped([[-60, 50], [50, -60]], FRAME)).toEqual([]);
  });

  it("lies inside, is no longer than the line, and as long as what sampling finds inside", () => {
    fc.assert(fc.property(fc.array(point, { minLength: 2, maxLength: 8 }), (line) => {
      const parts = clipped(line, FRAME);
      expect(parts.flat().every(inside)).toBe(true);
      const found = parts.reduce((sum, part) => sum + lengthOf(part), 0);
      expect(found).toBeLessThanOrEqual(lengthOf(line) + 1e-6);
      let sampled = 0;
      for (let n = 1; n < line.length; n++) {
        const [[x0, y0], [x1, y1]] = [line[n - 1], line[n]];
        const step = Math.hypot(x1 - x0, y1 - y0) / 400;
        for (let s = 0.5; s < 400; s++) {
          const at = s / 400;
          if (inside([x0 + (x1 - x0) * at, y0 + (y1 - y0) * at])) sampled += step;
        }
      }
      expect(Math.abs(found - sampled)).toBeLessThan(line.length * 3);
    }));
  });
});
