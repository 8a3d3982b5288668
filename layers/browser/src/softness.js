/* How strong a soft patch is at each place: an extent that nobody has published fades out towards its outline. */

// The rule is that of geo/soft.py; tests/cases/softness.json holds both to it.
const ROUNDING = 0.5;
const DEPTH = 0.96;

/** @typedef {[number, number][]} Ring a closed outline in any flat coordinates in which shapes are true */

/**
 * The strength at the cells of a grid, 0 to 1, row by row from the lowest y.
 *
 * @typedef {object} Strengths
 * @property {number} columns
 * @property {number} rows
 * @property {number} cell side of a cell
 * @property {[number, number]} corner lowest x and y of the grid
 * @property {Float32Array} values
 */

/**
 * Return how strong a patch is over its polygon.
 *
 * @param {Ring[]} rings outline and holes
 * @param {number} across cells along the shorter side of the box around it
 * @returns {Strengths}
 */
export function strengths(rings, across) {
  const [outline] = rings;
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  const [left, low, right, high] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const [longer, shorter] = [Math.max(right - left, high - low), Math.min(right - left, high - low)];
  // A long thin area has fewer cells across than asked for, or there would be no end of them along it.
  const cell = Math.max(shorter / across, longer / (4 * across)) || 1;
  const columns = Math.ceil((right - left) / cell) + 1;
  const rows = Math.ceil((high - low) / cell) + 1;
  const edges = rings.flatMap((ring) => ring.map((at, index) => [...at, ...ring[(index + 1) % ring.length]]));
  /** How far inside each cell's middle is, 0 outside, in cells. */
  const inside = new Float32Array(columns * rows);
  let deepest = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const depth = depthAt(left + column * cell, low + row * cell, edges) / cell;
      inside[row * columns + column] = depth;
      deepest = Math.max(deepest, depth);
    }
  }
  const values = opened(inside, columns, rows);
  const full = (DEPTH * deepest) / (1 + ROUNDING);
  values.forEach((distance, at) => {
    const t = full > 0 ? Math.min(1, distance / full) : 0;
    values[at] = t * t * (3 - 2 * t);
  });
  return { columns, rows, cell, corner: [left, low], values };
}

/**
 * How far inside a place is, 0 outside.
 *
 * @param {number} x
 * @param {number} y
 * @param {number[][]} edges x and y of both ends of each
 */
function depthAt(x, y, edges) {
  let within = false;
  let nearest = Infinity;
  for (const [ax, ay, bx, by] of edges) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const share = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
    const [px, py] = [ax + share * dx - x, ay + share * dy - y];
    nearest = Math.min(nearest, px * px + py * py);
  }
  return within ? Math.sqrt(nearest) : 0;
}

/**
 * The distance of the line of equal softness through each cell: corners are rounded, so that no crease is left.
 *
 * @param {Float32Array} inside
 * @param {number} columns
 * @param {number} rows
 */
function opened(inside, columns, rows) {
  const found = new Float32Array(inside.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const distance = inside[row * columns + column] / (1 + ROUNDING);
      const radius = ROUNDING * distance;
      const reach = Math.floor(radius);
      for (let up = Math.max(0, row - reach); up <= Math.min(rows - 1, row + reach); up++) {
        const half = Math.floor(Math.sqrt(radius * radius - (up - row) ** 2));
        const last = Math.min(columns - 1, column + half);
        for (let over = Math.max(0, column - half); over <= last; over++) {
          const at = up * columns + over;
          if (found[at] < distance) found[at] = distance;
        }
      }
    }
  }
  return smoothed(smoothed(found, columns, rows), columns, rows);
}

/**
 * Without the steps of the grid.
 *
 * @param {Float32Array} values
 * @param {number} columns
 * @param {number} rows
 */
function smoothed(values, columns, rows) {
  const found = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let [sum, count] = [0, 0];
      for (let up = Math.max(0, row - 1); up <= Math.min(rows - 1, row + 1); up++) {
        for (let over = Math.max(0, column - 1); over <= Math.min(columns - 1, column + 1); over++) {
          sum += values[up * columns + over];
          count++;
        }
      }
      // What lies outside stays empty.
      found[row * columns + column] = values[row * columns + column] > 0 ? sum / count : 0;
    }
  }
  return found;
}
