import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outlineOf, reaches } from "../../layers/browser/src/in_frame.js";
import { SeenGround } from "../../layers/browser/src/seen_ground.js";

/** @import { Box } from "../../layers/browser/src/types" */
/** @import { Line } from "../../layers/browser/src/in_frame.js" */

const coordinate = fc.integer({ min: 0, max: 40 });
const place = fc.tuple(coordinate, coordinate);
const line = fc.array(place, { minLength: 2, maxLength: 6 });
// Between the places, so that nothing only touches.
const frame = fc.tuple(coordinate, coordinate, fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 25 }))
  .map(([x, y, wide, high]) => /** @type {Box} */ ([x + 0.3, y + 0.7, x + 0.3 + wide, y + 0.7 + high]));

/**
 * Whether any of many places on the lines is in the frame.
 *
 * @param {Line[]} lines
 * @param {Box} box
 * @param {number} room
 */
function seen(lines, [west, south, east, north], room) {
  return lines.some((points) => points.some(([x0, y0], n) => {
    const [x1, y1] = points[n + 1] || [x0, y0];
    return Array.from({ length: 401 }, (_, step) => step / 400).some((part) => {
      const [x, y] = [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
      return x >= west - room && x <= east + room && y >= south - room && y <= north + room;
    });
  }));
}

describe("what is in the frame", () => {
  test("of lines is what lies there, and not what their box reaches over", () => {
    fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 3 }), frame, (lines, box) => {
      const found = reaches(outlineOf({ type: "MultiLineString", coordinates: lines }, true), box);
      if (seen(lines, box, -1e-9)) expect(found).toBe(true);
      if (found) expect(seen(lines, box, 0.2)).toBe(true);
    }));
  });

  test("of an area is its outline, and what lies inside only where that is filled", () => {
    fc.assert(fc.property(place, fc.integer({ min: 2, max: 20 }), frame, ([x, y], half, box) => {
      /** @type {Line} */
      const ring = [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half], [x - half, y - half]];
      const apart = box[0] > x + half || box[2] < x - half || box[1] > y + half || box[3] < y - half;
      const inside = box[0] > x - half && box[2] < x + half && box[1] > y - half && box[3] < y + half;
      /** @type {GeoJSON.Polygon} */
      const area = { type: "Polygon", coordinates: [ring] };
      expect(reaches(outlineOf(area, true), box)).toBe(!apart);
      expect(reaches(outlineOf(area, false), box)).toBe(!apart && !inside);
    }));
  });

  test("a hole in an area is none of it", () => {
    const square = (/** @type {number} */ half) => [[-half, -half], [half, -half], [half, half], [-half, half], [-half, -half]];
    const ring = outlineOf({ type: "MultiPolygon", coordinates: [[square(10), square(5)]] }, true);
    expect(reaches(ring, [-1, -1, 1, 1])).toBe(false);
    expect(reaches(ring, [-1, -1, 6, 1])).toBe(true);
    expect(reaches(ring, [6, 6, 7, 7])).toBe(true);
  });
});

/**
 * A district or land from west to east, between 0 and 10.
 *
 * @param {string} id
 * @param {number} west
 * @param {number} east
 */
function strip(id, west, east) {
  const coordinates = [[[west, 0], [east, 0], [east, 10], [west, 10], [west, 0]]];
  return { type: /** @type {const} */ ("Feature"), id, geometry: { type: /** @type {const} */ ("Polygon"), coordinates },
    properties: { name_zh: id, name_en: id, label: /** @type {[number, number]} */ ([west, 5]) } };
}

test("boundaries are listed where one crosses the frame, and a neighbour's not where it lies under the district's own", () => {
  const ground = new SeenGround({
    focus: "home",
    districts: { type: "FeatureCollection", features: [strip("home", 0, 10), strip("next", 10, 20), strip("far", 20, 30)] },
    land: { type: "FeatureCollection", features: [strip("land", 30, 40)] },
  });
  const said = (/** @type {Box} */ box) => [ground.boundary(box), ground.otherBoundary(box), ground.sea(box)];
  expect(said([2, 2, 8, 8])).toEqual([false, false, false]);
  expect(said([8, 2, 12, 8])).toEqual([true, false, false]);
  expect(said([18, 2, 22, 8])).toEqual([false, true, false]);
  expect(said([32, 2, 38, 8])).toEqual([false, false, false]);
  expect(said([38, 2, 48, 8])).toEqual([false, false, true]);
  // The box of the district reaches over all of this, and its line does not.
  expect(said([2, -5, 8, 15])).toEqual([true, false, true]);
});
