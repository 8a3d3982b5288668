/* Lines cut at a frame. */

/** @import { Box } from "./types" */

/**
 * The parts of a line inside a frame, in order. The method is that of Liang and Barsky (1984).
 *
 * @param {[number, number][]} line
 * @param {Box} frame
 * @returns {[number, number][][]}
 */
export function clipped(line, frame) {
  /** @type {[number, number][][]} */
  const parts = [];
  /** @type {[number, number][] | null} */
  let part = null;
  for (let n = 1; n < line.length; n++) {
    const inside = segment(line[n - 1], line[n], frame);
    if (!inside) {
      part = null;
      continue;
    }
    const [start, end, entered, left] = inside;
    if (!part || entered) parts.push(part = [start]);
    part.push(end);
    if (left) part = null;
  }
  return parts;
}

/**
 * @param {[number, number]} a
 * @param {[number, number]} b
 * @param {Box} frame
 * @returns {[start: [number, number], end: [number, number], entered: boolean, left: boolean] | null}
 */
function segment([x0, y0], [x1, y1], frame) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  let [low, high] = [0, 1];
  for (const [step, room] of [[-dx, x0 - frame[0]], [dx, frame[2] - x0], [-dy, y0 - frame[1]], [dy, frame[3] - y0]]) {
    if (step === 0) {
      if (room < 0) return null;
      continue;
    }
    if (step < 0) low = Math.max(low, room / step);
    else high = Math.min(high, room / step);
  }
  if (low >= high) return null;
  return [[x0 + low * dx, y0 + low * dy], [x0 + high * dx, y0 + high * dy], low > 0, high < 1];
}
