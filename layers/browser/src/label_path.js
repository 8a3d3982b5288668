/* Names of rivers, roads and lines follow the line, letter by letter, the right way up. */

/** @import { Candidate, Glyph } from "./types" */

/** @typedef {{ x: number, y: number }} Point in pixels */

/**
 * The places along `lines` where letters of these `widths` could stand, the middle of each line first.
 *
 * @param {Point[][]} lines
 * @param {string[]} letters
 * @param {number[]} widths
 * @param {number} size of the type
 * @param {Point} frame size of the map
 * @returns {Candidate[]}
 */
export function alongLines(lines, letters, widths, size, frame) {
  const total = sum(widths);
  const found = [];
  for (const line of lines) {
    const along = [0];
    for (let i = 1; i < line.length; i++) along.push(along[i - 1] + Math.hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y));
    const length = along[along.length - 1];
    if (length < total * 1.25) continue;
    const tries = Math.min(24, Math.max(3, Math.floor(length / 90)));
    for (let n = 0; n < tries; n++) {
      const share = (((n % 2 ? 1 : -1) * Math.ceil(n / 2)) / tries) + 0.5;
      const start = share * length - total / 2;
      if (start < 0 || start + total > length) continue;
      const glyphs = glyphsAt(line, along, start, letters, widths);
      if (!glyphs?.some((glyph) => glyph.x > 0 && glyph.x < frame.x && glyph.y > 0 && glyph.y < frame.y)) continue;
      const half = size * 0.56;
      /** @type {Candidate["boxes"]} */
      const boxes = glyphs.map((g) => [g.x - half, g.y - half, g.x + half, g.y + half]);
      found.push({ glyphs, boxes });
    }
  }
  return found;
}

/**
 * Where each letter stands, or null where the line bends too sharply for them.
 *
 * @param {Point[]} line
 * @param {number[]} along the length of the line up to each of its points
 * @param {number} start
 * @param {string[]} letters
 * @param {number[]} widths
 */
function glyphsAt(line, along, start, letters, widths) {
  /** @param {number} distance */
  const at = (distance) => {
    let i = 1;
    while (i < along.length - 1 && along[i] < distance) i++;
    const share = (distance - along[i - 1]) / (along[i] - along[i - 1] || 1);
    return { x: line[i - 1].x + (line[i].x - line[i - 1].x) * share, y: line[i - 1].y + (line[i].y - line[i - 1].y) * share };
  };
  const backwards = at(start + sum(widths)).x < at(start).x;
  /** @type {Glyph[]} */
  const glyphs = [];
  let distance = start;
  let previous = null;
  for (let n = 0; n < letters.length; n++) {
    const index = backwards ? letters.length - 1 - n : n;
    const a = at(distance);
    const b = at(distance + widths[index]);
    distance += widths[index];
    let angle = Math.atan2(b.y - a.y, b.x - a.x);
    if (backwards) angle += Math.PI;
    if (previous !== null && Math.abs(Math.sin((angle - previous) / 2)) > 0.35) return null;
    previous = angle;
    glyphs.push({ letter: letters[index], x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, angle });
  }
  return glyphs;
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
