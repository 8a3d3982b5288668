import { describe, expect, it } from "vitest";
import { hatchDots, hatchLines } from "../../layers/browser/src/hatch_lines.js";

/** @type {[number, number, number, number]} */
const BOX = [-30, 10, 170, 90];

/**
 * @param {number} angle
 * @param {number} spacing
 */
function lines(angle, spacing) {
  return hatchLines({ angle, spacing, pattern: "lines" }, BOX);
}

describe("hatches on a canvas", () => {
  it("have lines at their angle, exactly as far apart as they should be, through the origin", () => {
    for (const angle of [0, 17.5, 45, 90, 133.3, 179]) {
      const turn = (angle * Math.PI) / 180;
      const offsets = lines(angle, 7.5).map(([x, y, toX, toY]) => {
        // y points down on a screen.
        const off = [x, y, toX, toY].map((value, n) => value * (n % 2 ? Math.cos(turn) : Math.sin(turn)));
        expect(off[0] + off[1]).toBeCloseTo(off[2] + off[3], 6);
        return (off[0] + off[1]) / 7.5;
      });
      expect(offsets.length).toBeGreaterThan(8);
      for (const [n, offset] of offsets.entries()) expect(offset - offsets[0]).toBeCloseTo(n, 6);
      expect(offsets[0]).toBeCloseTo(Math.round(offsets[0]), 6);
    }
  });

  it("rise to the right at 45 degrees, as those of QGIS do", () => {
    for (const [x, y, toX, toY] of lines(45, 10)) expect((toX - x) * (toY - y)).toBeLessThan(0);
  });

  it("reach across the whole box", () => {
    for (const [x, , toX] of lines(0, 10)) expect([x, toX]).toEqual([-30, 170]);
    expect(lines(0, 10).map(([, y]) => y)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(hatchLines({ angle: 0, spacing: 10, pattern: "grid" }, BOX)).toHaveLength(9 + 21);
  });

  it("have dots in rows and columns", () => {
    const dots = hatchDots({ angle: 0, spacing: 20 }, BOX);
    expect(dots).toHaveLength(4 * 10);
    expect(dots).toContainEqual([20, 40]);
  });
});
