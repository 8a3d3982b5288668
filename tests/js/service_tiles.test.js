import { describe, expect, it } from "vitest";
import { boxesOf, partsOf } from "../../layers/browser/src/service_tiles.js";

describe("pictures of services that came with a page", () => {
  it("takes the tile itself where it is there", () => {
    expect(partsOf({ "3/1/2": "data:" }, 3, 1, 2)).toEqual([{ key: "3/1/2", from: [0, 0, 1], to: [0, 0, 1] }]);
  });

  it("takes a part of a coarser one", () => {
    expect(partsOf({ "1/0/1": "data:" }, 3, 1, 6)).toEqual([{ key: "1/0/1", from: [0.25, 0.5, 0.25], to: [0, 0, 1] }]);
  });

  it("puts finer ones together", () => {
    expect(partsOf({ "4/2/5": "data:", "5/7/9": "data:" }, 3, 1, 2)).toEqual([
      { key: "5/7/9", from: [0, 0, 1], to: [0.75, 0.25, 0.25] },
      { key: "4/2/5", from: [0, 0, 1], to: [0, 0.5, 0.5] },
    ]);
  });

  it("has nothing where nothing is", () => {
    expect(partsOf({ "3/5/5": "data:" }, 3, 1, 2)).toEqual([]);
  });

  it("knows where they are", () => {
    const [[west, south, east, north]] = boxesOf({ "1/1/0": "data:" });
    expect([west, east]).toEqual([0, 180]);
    expect(south).toBeCloseTo(0, 9);
    expect(north).toBeCloseTo(85.0511, 3);
  });
});
