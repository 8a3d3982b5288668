/* Where the lines and dots of a hatch are on a screen; the other half is layers/draw/hatching.py. */

/** @import { Box, Hatch } from "./types" */

/**
 * The lines of a hatch in a box, in pixels with y downwards. They run through the origin, so that areas side by side
 * are hatched as one.
 *
 * @param {Pick<Hatch, "angle" | "spacing" | "pattern">} hatch
 * @param {Box} box
 * @returns {Box[]} the ends of each
 */
export function hatchLines({ angle, spacing, pattern }, box) {
  const turns = pattern === "grid" ? [angle, angle + 90] : [angle];
  return turns.flatMap((turn) => {
    const { along, across } = axes(turn);
    const [from, to] = reach(along, box);
    return steps(across, box, spacing).map((offset) => /** @type {Box} */ ([
      across[0] * offset + along[0] * from, across[1] * offset + along[1] * from,
      across[0] * offset + along[0] * to, across[1] * offset + along[1] * to,
    ]));
  });
}

/**
 * The middles of its dots.
 *
 * @param {Pick<Hatch, "angle" | "spacing">} hatch
 * @param {Box} box
 */
export function hatchDots({ angle, spacing }, box) {
  const { along, across } = axes(angle);
  const places = steps(along, box, spacing);
  return steps(across, box, spacing).flatMap((row) => places.map((place) => [
    across[0] * row + along[0] * place, across[1] * row + along[1] * place,
  ]));
}

/**
 * The directions along the lines, which are turned counter-clockwise, and across them.
 *
 * @param {number} angle in degrees
 */
function axes(angle) {
  const turn = (angle * Math.PI) / 180;
  return { along: [Math.cos(turn), -Math.sin(turn)], across: [Math.sin(turn), Math.cos(turn)] };
}

/**
 * How far a box reaches in a direction.
 *
 * @param {number[]} direction
 * @param {Box} box
 */
function reach([x, y], [left, top, right, bottom]) {
  const found = [left * x + top * y, right * x + top * y, left * x + bottom * y, right * x + bottom * y];
  return [Math.min(...found), Math.max(...found)];
}

/**
 * @param {number[]} direction
 * @param {Box} box
 * @param {number} spacing
 */
function steps(direction, box, spacing) {
  const [from, to] = reach(direction, box);
  const first = Math.ceil(from / spacing);
  return Array.from({ length: Math.max(0, Math.floor(to / spacing) - first + 1) }, (_, n) => (first + n) * spacing);
}
