/* Which boundaries are in the frame of the map, and whether sea is; the other half is layers/draw/seen_ground.py. */

import { outlineOf, reaches, surrounds } from "./in_frame.js";

/** @import { Box, Plan } from "./types" */
/** @import { Line, Outline } from "./in_frame.js" */

// Places in the frame, across and down, that are looked at for sea.
const LOOKED_AT = 9;

export class SeenGround {
  /** @param {Pick<Plan, "districts" | "land" | "focus">} data */
  constructor({ districts, land, focus }) {
    const home = districts.features.find(({ id }) => id === focus);
    this.home = home ? outlineOf(home.geometry, true) : null;
    const others = districts.features.filter(({ id }) => id !== focus).map(({ geometry }) => outlineOf(geometry, true));
    /** Boundaries other than the home district's, under which its neighbours' lie. */
    this.others = others.map((other) => withoutLine(other, this.home));
    // Most of what is looked at is at home.
    this.dry = [...(this.home ? [this.home] : []), ...others, ...land.features.map(({ geometry }) => outlineOf(geometry, true))];
  }

  /** @param {Box} frame west, south, east, north in degrees */
  boundary(frame) {
    return this.home !== null && reaches({ ...this.home, filled: false }, frame);
  }

  /**
   * Whether a frame lies inside the home district, with no boundary in it.
   *
   * @param {Box} frame
   */
  isInside(frame) {
    if (!this.home || this.boundary(frame)) return false;
    return surrounds(this.home.lines, [(frame[0] + frame[2]) / 2, (frame[1] + frame[3]) / 2]);
  }

  /** @param {Box} frame */
  otherBoundary(frame) {
    return this.others.some((lines) => lines.some((line) => reaches(line, frame)));
  }

  /** @param {Box} frame */
  sea([west, south, east, north]) {
    for (let across = 0.5; across < LOOKED_AT; across++) {
      for (let down = 0.5; down < LOOKED_AT; down++) {
        /** @type {[number, number]} */
        const place = [west + ((east - west) * across) / LOOKED_AT, south + ((north - south) * down) / LOOKED_AT];
        if (!this.dry.some(({ box, lines }) =>
          place[0] >= box[0] && place[0] <= box[2] && place[1] >= box[1] && place[1] <= box[3] && surrounds(lines, place))) return true;
      }
    }
    return false;
  }
}

/**
 * The parts of a boundary that do not run along that of `home`.
 *
 * @param {Outline} outline
 * @param {Outline | null} home
 * @returns {Outline[]}
 */
function withoutLine({ lines }, home) {
  const key = (/** @type {[number, number]} */ [x, y]) => x + " " + y;
  const shared = new Set(home ? home.lines.flat().map(key) : []);
  /** @type {Line[]} */
  const parts = [];
  for (const line of lines) {
    /** @type {Line | null} */
    let part = null;
    for (let n = 1; n < line.length; n++) {
      if (shared.has(key(line[n - 1])) && shared.has(key(line[n]))) part = null;
      else if (part) part.push(line[n]);
      else parts.push(part = [line[n - 1], line[n]]);
    }
  }
  return parts.map((part) => outlineOf({ type: "LineString", coordinates: part }, false));
}
