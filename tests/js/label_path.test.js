import { describe, expect, test } from "vitest";
import { alongLines } from "../../layers/browser/src/label_path.js";

const FRAME = { x: 400, y: 300 };
const letters = [..."海河"];
const widths = [20, 20];

describe("names along a line", () => {
  test("stand in its middle first, letter after letter", () => {
    const [first] = alongLines([[{ x: 0, y: 100 }, { x: 400, y: 100 }]], letters, widths, 14, FRAME);
    expect(first.glyphs).toEqual([
      { letter: "海", x: 190, y: 100, angle: 0 },
      { letter: "河", x: 210, y: 100, angle: 0 },
    ]);
    expect(first.boxes).toHaveLength(2);
  });

  test("are read from left to right whichever way the line runs", () => {
    const [first] = alongLines([[{ x: 400, y: 100 }, { x: 0, y: 100 }]], letters, widths, 14, FRAME);
    const across = first.glyphs?.toSorted((a, b) => a.x - b.x).map(({ letter }) => letter);
    expect(across).toEqual(letters);
    for (const glyph of first.glyphs ?? []) expect(Math.cos(glyph.angle)).toBeCloseTo(1);
  });

  test("have no place on a line that is too short, that bends sharply, or that lies elsewhere", () => {
    expect(alongLines([[{ x: 0, y: 0 }, { x: 45, y: 0 }]], letters, widths, 14, FRAME)).toEqual([]);
    expect(alongLines([[{ x: 100, y: 100 }, { x: 130, y: 100 }, { x: 130, y: 130 }]], letters, widths, 14, FRAME)).toEqual([]);
    expect(alongLines([[{ x: 0, y: 900 }, { x: 400, y: 900 }]], letters, widths, 14, FRAME)).toEqual([]);
  });
});
