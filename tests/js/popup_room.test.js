import { describe, expect, it } from "vitest";
import { wayOut } from "../../layers/browser/src/popup_room.js";

const FRAME = { left: 0, top: 0, right: 1000, bottom: 600 };
const LEGEND = { left: 700, top: 10, right: 990, bottom: 300 };

/**
 * @param {number} left
 * @param {number} top
 * @param {number} wide
 * @param {number} high
 */
function box(left, top, wide = 200, high = 150) {
  return { left, top, right: left + wide, bottom: top + high };
}

describe("room for a popup", () => {
  it("leaves the map where nothing hides the popup", () => {
    expect(wayOut(box(300, 100), FRAME, [LEGEND])).toEqual([0, 0]);
    expect(wayOut(box(750, 400), FRAME, [LEGEND])).toEqual([0, 0]);
  });

  it("goes into the frame first", () => {
    expect(wayOut(box(300, -50), FRAME, [LEGEND])).toEqual([0, 70]);
    expect(wayOut(box(900, 400), FRAME, [])).toEqual([-120, 0]);
  });

  it("takes the shortest way out from under the legend", () => {
    expect(wayOut(box(620, 60), FRAME, [LEGEND])).toEqual([-128, 0]);
    expect(wayOut(box(760, 240), FRAME, [LEGEND])).toEqual([0, 68]);
  });

  it("stays in the frame where a legend leaves no room beside it", () => {
    const narrow = { left: 0, top: 0, right: 390, bottom: 600 };
    const across = { left: 10, top: 10, right: 380, bottom: 200 };
    expect(wayOut(box(100, 120, 250), narrow, [across])).toEqual([0, 88]);
    expect(wayOut(box(100, 120, 250, 500), narrow, [across])).toEqual([0, -40]);
  });
});
