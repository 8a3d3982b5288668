/* Where symbols would lie over each other, the lesser ones become small. None is left out. */
(function () {
  "use strict";

  // Discs may touch and overlap a little; their shapes can still be told apart.
  const OVERLAP = 0.88;

  // Where more than this share has no room, those that have some would look like more than they are.
  const MOST = 0.5;

  /**
   * Which of `symbols` have no room of their own, as a set of them.
   *
   * What is `lit` never is; where most are, all others are. Each symbol has its place `x`, `y` and its `radius` in
   * pixels. The first have the first choice, so put the most important first. A grid with cells as wide as the
   * widest symbol keeps thousands of them quick.
   */
  PlanMap.crowded = function (symbols) {
    const cell = 2 * symbols.reduce((widest, symbol) => Math.max(widest, symbol.radius), 1);
    const cells = new Map();
    const crowded = new Set();
    // Cells far from each other may share a number: what lies in them is asked for its distance all the same.
    const key = (column, row) => column * 1e6 + row;
    for (const symbol of symbols) {
      const [column, row] = [Math.floor(symbol.x / cell), Math.floor(symbol.y / cell)];
      const over = (other) => Math.hypot(other.x - symbol.x, other.y - symbol.y) < OVERLAP * (other.radius + symbol.radius);
      let room = true;
      for (let at = 0; at < 9 && room && !symbol.lit; at++) {
        room = !cells.get(key(column + (at % 3) - 1, row + Math.floor(at / 3) - 1))?.some(over);
      }
      if (!room) {
        crowded.add(symbol);
        continue;
      }
      const home = key(column, row);
      if (!cells.has(home)) cells.set(home, []);
      cells.get(home).push(symbol);
    }
    return crowded.size > MOST * symbols.length ? new Set(symbols.filter((symbol) => !symbol.lit)) : crowded;
  };
})();
