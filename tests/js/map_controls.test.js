import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { moved, ordered } from "../../layers/browser/src/layer_order.js";
import { firstOpen, keep, recall } from "../../layers/browser/src/memory.js";
import { nextSpot } from "../../layers/browser/src/site_keys.js";
import cases from "../cases/order.json";

describe("the order of layers", () => {
  test.each(cases.cases)("$name", ({ own, wanted, is }) => expect(ordered(own, wanted)).toEqual(is));

  test("is always one of the same layers", () => {
    const ids = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 6 });
    fc.assert(fc.property(ids, fc.array(fc.string({ maxLength: 3 })), (own, wanted) => {
      expect(ordered(own, wanted).sort()).toEqual([...own].sort());
    }));
  });

  test("changes by one place at a key, and ends at the ends", () => {
    expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], "c", 1)).toEqual(["a", "b", "c"]);
  });
});

describe("what is open at first", () => {
  test.each([
    [null, true, "legend"], [null, false, ""], ["", true, ""], ["layers", false, "layers"], ["of an older version", true, "legend"],
  ])("left %o, wide %o", (left, wide, is) => expect(firstOpen(left, wide)).toBe(is));

  test("is no trouble where nothing can be remembered", () => {
    expect(typeof globalThis.window).toBe("undefined");
    keep("side-bar", "layers");
    expect(recall("side-bar")).toBe(null);
  });
});

describe("arrow keys", () => {
  const spots = [{ x: 10, y: 1 }, { x: 4, y: 3 }, { x: 3, y: 9 }, { x: -5, y: 2 }, { x: 0, y: 0 }];

  test("go to the nearest in the quadrant", () => {
    expect(nextSpot(spots[4], spots, "ArrowRight")).toBe(spots[1]);
    expect(nextSpot(spots[4], spots, "ArrowDown")).toBe(spots[2]);
    expect(nextSpot(spots[4], spots, "ArrowLeft")).toBe(spots[3]);
    expect(nextSpot(spots[4], spots, "ArrowUp")).toBe(null);
  });

  test("one of the four leads on wherever there is another spot", () => {
    const spot = fc.record({ x: fc.integer({ min: -50, max: 50 }), y: fc.integer({ min: -50, max: 50 }) });
    fc.assert(fc.property(spot, fc.array(spot, { minLength: 1 }), (from, others) => {
      const found = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].map((key) => nextSpot(from, others, key));
      expect(found.some(Boolean)).toBe(others.some(({ x, y }) => x !== from.x || y !== from.y));
    }));
  });
});
