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
    for (const symbol of symbols) {
      const [column, row] = [Math.floor(symbol.x / cell), Math.floor(symbol.y / cell)];
      const near = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get(column + dx + "," + (row + dy)) || []));
      const hit = (other) => Math.hypot(other.x - symbol.x, other.y - symbol.y) < OVERLAP * (other.radius + symbol.radius);
      if (!symbol.lit && near.some(hit)) {
        crowded.add(symbol);
        continue;
      }
      const key = column + "," + row;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(symbol);
    }
    return crowded.size > MOST * symbols.length ? new Set(symbols.filter((symbol) => !symbol.lit)) : crowded;
  };
})();
