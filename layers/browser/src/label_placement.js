/* Which label stands where: by priority, never over another or over a symbol. */

import RBush from "rbush";

/** @import { Box, Candidate, Obstacle } from "./types" */

/** @typedef {{ owner: string | null, text?: string, unless?: string, priority: number, candidates: Candidate[] }} Wanting */
/** @typedef {{ minX: number, minY: number, maxX: number, maxY: number, owner: string | null }} Taken */

/**
 * Give each label a place, in order of priority; each tries its candidates and is left out where none is free, and
 * where the text that it names in `unless` has found a place.
 *
 * @template {Wanting} Label
 * @param {Label[]} labels
 * @param {Obstacle[]} obstacles
 * @param {Box} frame
 * @returns {(Label & { candidate: Candidate })[]}
 */
export function placeLabels(labels, obstacles, frame) {
  /** @type {RBush<Taken>} */
  const taken = new RBush();
  taken.load(obstacles.map(({ box, owner }) => entry(box, owner)));
  const placed = [];
  /** @type {Set<string | undefined>} */
  const said = new Set();
  for (const label of labels.slice().sort((a, b) => b.priority - a.priority)) {
    if (label.unless && said.has(label.unless)) continue;
    const candidate = label.candidates.find(({ boxes }) => boxes.every((box) => inside(box, frame) && isFree(box, taken, label.owner)));
    if (!candidate) continue;
    // Not its own: the next label of the same site must not lie over this one.
    for (const box of candidate.boxes) taken.insert(entry(box, null));
    said.add(label.text);
    placed.push({ ...label, candidate });
  }
  return placed;
}

/**
 * @param {Box} box
 * @param {string | null} owner
 * @returns {Taken}
 */
function entry([minX, minY, maxX, maxY], owner) {
  return { minX, minY, maxX, maxY, owner };
}

/**
 * @param {Box} box
 * @param {Box} frame
 */
function inside(box, frame) {
  return box[0] >= frame[0] && box[1] >= frame[1] && box[2] <= frame[2] && box[3] <= frame[3];
}

/**
 * Boxes that only touch leave each other free; the tree finds them as well.
 *
 * @param {Box} box
 * @param {RBush<Taken>} taken
 * @param {string | null} owner
 */
function isFree(box, taken, owner) {
  return !taken.search(entry(box, null)).some((other) =>
    !(other.owner && other.owner === owner) &&
    box[0] < other.maxX && box[2] > other.minX && box[1] < other.maxY && box[3] > other.minY
  );
}
