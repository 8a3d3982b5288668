import { describe, expect, test } from "vitest";
import { strengths } from "../../layers/browser/src/softness.js";
import table from "../cases/softness.json";

/** @typedef {[number, number][]} Ring */

/**
 * The polygons of a WKT, each with its rings.
 *
 * @param {string} wkt
 * @returns {Ring[][]}
 */
function polygons(wkt) {
  const parts = wkt.startsWith("MULTI") ? wkt.slice(wkt.indexOf("(") + 1, -1).split(/(?<=\)\)),\s*/) : [wkt.slice(wkt.indexOf("("))];
  return parts.map((part) => part.slice(1, -1).split(/(?<=\)),\s*/).map((ring) =>
    ring.replace(/[()]/g, "").split(", ").map((pair) => /** @type {[number, number]} */ (pair.trim().split(" ").map(Number)))
  ));
}

/**
 * @param {Ring[][]} area
 * @param {number} x
 * @param {number} y
 */
function strengthAt(area, x, y) {
  const found = area.map((rings) => {
    const { columns, rows, cell, corner, values } = strengths(rings, 90);
    const [column, row] = [Math.round((x - corner[0]) / cell), Math.round((y - corner[1]) / cell)];
    return column < 0 || row < 0 || column >= columns || row >= rows ? 0 : values[row * columns + column];
  });
  return Math.max(...found);
}

describe("softness", () => {
  test.each(table.cases)("$name", ({ area, strengths: wanted }) => {
    for (const [x, y, strength] of wanted) {
      expect(Math.abs(strengthAt(polygons(area), x, y) - strength), `${x}, ${y}`).toBeLessThan(0.09);
    }
  });

  test("nothing is left at the outline, and it is strongest inside", () => {
    const { columns, rows, values } = strengths([[[0, 0], [30, 0], [30, 10], [0, 10]]], 40);
    const at = (/** @type {number} */ column, /** @type {number} */ row) => values[row * columns + column];
    for (let column = 0; column < columns; column++) expect(at(column, 0)).toBeLessThan(0.01);
    expect(Math.max(...values)).toBeCloseTo(1, 2);
    expect(at(Math.floor(columns / 2), Math.floor(rows / 2))).toBeGreaterThan(0.95);
  });

  test("an area without any surface is nothing", () => {
    expect(Math.max(...strengths([[[0, 0], [1, 0], [0, 0]]], 10).values)).toBe(0);
  });
});
