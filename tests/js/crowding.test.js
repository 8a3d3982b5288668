import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crowded } from "../../layers/browser/src/crowding.js";

const OVERLAP = 0.88;
const pixels = fc.integer({ min: -45, max: 45 });
const symbols = fc.record({
  x: pixels, y: pixels, radius: fc.constantFrom(9, 13, 16), lit: fc.constantFrom(false, false, false, true),
});
// What is lit comes first, as the most important.
const crowds = fc.array(symbols, { maxLength: 12 }).map((all) => all.toSorted((a, b) => Number(b.lit) - Number(a.lit)));

/** @typedef {{ x: number, y: number, radius: number, lit: boolean }} Disc */

/**
 * @param {Disc} one
 * @param {Disc} other
 */
function overlap(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y) < OVERLAP * (one.radius + other.radius);
}

describe("crowding", () => {
  test("leaves what has room large, and nothing large over anything large", () => {
    fc.assert(fc.property(crowds, (crowd) => {
      const small = crowded(crowd);
      const large = crowd.filter((symbol) => !small.has(symbol));
      for (const symbol of crowd) if (symbol.lit) expect(small.has(symbol)).toBe(false);
      if (large.length * 2 < crowd.length) return;
      for (const [index, symbol] of large.entries()) {
        for (const other of large.slice(index + 1)) if (!(symbol.lit && other.lit)) expect(overlap(symbol, other)).toBe(false);
      }
      for (const symbol of crowd) {
        const rivals = crowd.slice(0, crowd.indexOf(symbol)).filter((other) => !small.has(other) && overlap(symbol, other));
        // Nothing is small without a symbol in full before it that it gives way to.
        expect(small.has(symbol)).toBe(!symbol.lit && rivals.length > 0);
      }
    }), { numRuns: 600 });
  });

  test("makes all small where most have no room", () => {
    const crowd = [0, 1, 2, 3].map((x) => ({ x, y: 0, radius: 13, lit: false }));
    expect(crowded([...crowd, { x: 500, y: 0, radius: 13, lit: false }]).size).toBe(5);
    expect(crowded([{ x: 500, y: 0, radius: 13, lit: true }, ...crowd]).size).toBe(4);
  });

  test("sees a neighbour in the next cell", () => {
    const one = { x: 25.9, y: 0, radius: 13, lit: false };
    const other = { x: 26.1, y: 0, radius: 13, lit: false };
    expect([...crowded([one, other])]).toEqual([other]);
  });
});
