/* Where symbols would lie over each other, the lesser ones become small. None is left out. */

// Discs may touch and overlap a little; their shapes can still be told apart.
const OVERLAP = 0.88;

// Where more than this share has no room, those that have some would look like more than they are.
const MOST = 0.5;

/** @typedef {{ x: number, y: number, radius: number, lit: boolean }} Disc in pixels */

/**
 * Which of `symbols` have no room of their own, as a set of them.
 *
 * What is `lit` never is; where most are, all others are. The first have the first choice, so put the most
 * important first. A grid with cells as wide as the widest symbol keeps thousands of them quick.
 *
 * @template {Disc} Symbol
 * @param {Symbol[]} symbols
 * @returns {Set<Symbol>}
 */
export function crowded(symbols) {
  const cell = 2 * symbols.reduce((widest, symbol) => Math.max(widest, symbol.radius), 1);
  /** @type {Map<number, Symbol[]>} */
  const cells = new Map();
  /** @type {Set<Symbol>} */
  const found = new Set();
  for (const symbol of symbols) {
    const [column, row] = [Math.floor(symbol.x / cell), Math.floor(symbol.y / cell)];
    /** @param {Symbol} other */
    const over = (other) => Math.hypot(other.x - symbol.x, other.y - symbol.y) < OVERLAP * (other.radius + symbol.radius);
    let room = true;
    for (let at = 0; at < 9 && room && !symbol.lit; at++) {
      room = !cells.get(key(column + (at % 3) - 1, row + Math.floor(at / 3) - 1))?.some(over);
    }
    if (!room) {
      found.add(symbol);
      continue;
    }
    const home = key(column, row);
    const there = cells.get(home);
    if (there) there.push(symbol);
    else cells.set(home, [symbol]);
  }
  return found.size > MOST * symbols.length ? new Set(symbols.filter((symbol) => !symbol.lit)) : found;
}

/**
 * Cells far from each other may share a number: what lies in them is asked for its distance all the same.
 *
 * @param {number} column
 * @param {number} row
 */
function key(column, row) {
  return column * 1e6 + row;
}
