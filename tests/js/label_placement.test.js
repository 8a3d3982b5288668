import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeLabels } from "../../layers/browser/src/label_placement.js";

/** @import { Box, Candidate, Obstacle } from "../../layers/browser/src/types" */

/** @typedef {{ owner: string | null, priority: number, candidates: Candidate[] }} Label */

/** @type {Box} */
const FRAME = [0, 0, 200, 120];

/** @type {fc.Arbitrary<Box>} */
const boxes = fc
  .tuple(...[[-20, 200], [-20, 120], [1, 60], [1, 20]].map(([min, max]) => fc.integer({ min, max })))
  .map(([left, top, wide, high]) => [left, top, left + wide, top + high]);
const owners = fc.constantFrom(null, "a", "b", "c");
/** @type {fc.Arbitrary<Label[]>} */
const labels = fc.array(fc.record({
  owner: owners,
  priority: fc.integer({ min: 0, max: 5 }),
  candidates: fc.array(fc.record({ boxes: fc.array(boxes, { minLength: 1, maxLength: 4 }) }), { maxLength: 4 }),
}), { maxLength: 25 });
/** @type {fc.Arbitrary<Obstacle[]>} */
const obstacles = fc.array(fc.record({ box: boxes, owner: owners }), { maxLength: 15 });

/**
 * @param {Box} a
 * @param {Box} b
 */
function overlap(a, b) {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}

/**
 * Every label against everything that is taken, as it was before there was a tree.
 *
 * @param {Label[]} wanting
 * @param {Obstacle[]} inTheWay
 */
function oneByOne(wanting, inTheWay) {
  const taken = inTheWay.slice();
  const placed = [];
  for (const label of wanting.slice().sort((a, b) => b.priority - a.priority)) {
    for (const candidate of label.candidates) {
      const inside = candidate.boxes.every((box) => box[0] >= FRAME[0] && box[1] >= FRAME[1] && box[2] <= FRAME[2] && box[3] <= FRAME[3]);
      const free = !candidate.boxes.some((box) =>
        taken.some((other) => !(other.owner && other.owner === label.owner) && overlap(box, other.box)));
      if (!inside || !free) continue;
      for (const box of candidate.boxes) taken.push({ box, owner: null });
      placed.push({ ...label, candidate });
      break;
    }
  }
  return placed;
}

describe("labels", () => {
  test("lie in the frame and over nothing but their own symbol", () => {
    fc.assert(fc.property(labels, obstacles, (wanting, inTheWay) => {
      const placed = placeLabels(wanting, inTheWay, FRAME);
      for (const [index, { owner, candidate }] of placed.entries()) {
        for (const box of candidate.boxes) {
          expect(box[0] >= FRAME[0] && box[1] >= FRAME[1] && box[2] <= FRAME[2] && box[3] <= FRAME[3]).toBe(true);
          for (const other of inTheWay) if (!owner || other.owner !== owner) expect(overlap(box, other.box)).toBe(false);
          for (const later of placed.slice(index + 1)) for (const other of later.candidate.boxes) expect(overlap(box, other)).toBe(false);
        }
      }
    }), { numRuns: 500 });
  });

  test("stand where a search without a tree puts them", () => {
    fc.assert(fc.property(labels, obstacles, (wanting, inTheWay) => {
      expect(placeLabels(wanting, inTheWay, FRAME)).toEqual(oneByOne(wanting, inTheWay));
    }), { numRuns: 500 });
  });

  test("of higher priority come first, and the next place is taken where the first is not free", () => {
    const first = { boxes: [/** @type {Box} */ ([10, 10, 50, 20])] };
    const second = { boxes: [/** @type {Box} */ ([10, 20, 50, 30])] };
    const wanting = [
      { owner: null, priority: 1, candidates: [first, second], text: "low" },
      { owner: null, priority: 2, candidates: [first, second], text: "high" },
      { owner: null, priority: 0, candidates: [first, second], text: "none" },
    ];
    const placed = placeLabels(wanting, [], FRAME);
    expect(placed.map(({ text, candidate }) => [text, candidate])).toEqual([["high", first], ["low", second]]);
  });

  test("are left out where another says the same, and stand where that has no room", () => {
    const place = { boxes: [/** @type {Box} */ ([10, 10, 50, 20])] };
    const other = { boxes: [/** @type {Box} */ ([10, 30, 50, 40])] };
    const both = { owner: null, priority: 2, candidates: [place], text: "a / b" };
    const one = { owner: null, priority: 1, candidates: [other], text: "a", unless: "a / b" };
    expect(placeLabels([both, one], [], FRAME).map(({ text }) => text)).toEqual(["a / b"]);
    expect(placeLabels([both, one], [{ box: place.boxes[0], owner: null }], FRAME).map(({ text }) => text)).toEqual(["a"]);
  });

  test("may touch", () => {
    const label = { owner: null, priority: 1, candidates: [{ boxes: [/** @type {Box} */ ([10, 10, 50, 20])] }] };
    expect(placeLabels([label], [{ box: [50, 10, 60, 20], owner: null }], FRAME)).toHaveLength(1);
    expect(placeLabels([label], [{ box: [49, 10, 60, 20], owner: null }], FRAME)).toHaveLength(0);
  });
});
