/* Sites by keyboard: in which turn Tab comes to them, and the arrow keys from one to the next. */

/** @typedef {{ x: number, y: number }} Spot on the screen, in pixels, y downwards */

/** @type {Record<string, [number, number]>} */
const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * The nearest spot in a quadrant, seen from another: right of it, say, is whatever is farther right than up or down.
 *
 * @template {Spot} T
 * @param {Spot} from
 * @param {T[]} others
 * @param {string} key one of the arrow keys
 * @returns {T | null}
 */
export function nextSpot(from, others, key) {
  const [right, down] = DIRECTIONS[key];
  let best = null;
  let least = Infinity;
  for (const other of others) {
    const [x, y] = [other.x - from.x, other.y - from.y];
    const along = x * right + y * down;
    const across = Math.abs(x * down) + Math.abs(y * right);
    const distance = Math.hypot(x, y);
    if (along <= 0 || across > along || distance >= least) continue;
    best = other;
    least = distance;
  }
  return best;
}

/**
 * Put a site's element where Tab comes to it: first those with tasks. What lies over what is not decided by this.
 *
 * @param {HTMLElement} element
 * @param {boolean} withTasks
 */
export function putInTurn(element, withTasks) {
  if (!withTasks) {
    element.dataset.taskless = "";
    return;
  }
  const first = element.parentElement?.querySelector(":scope > [data-taskless]");
  if (first) element.parentElement?.insertBefore(element, first);
}

/**
 * Let the arrow keys go from the site that has the focus to the next one that is shown.
 *
 * @param {HTMLElement} pane of the symbols
 */
export function listenForArrows(pane) {
  pane.addEventListener("keydown", (event) => {
    if (!(event.key in DIRECTIONS) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const site = event.target instanceof Element ? event.target.closest(".pm-site") : null;
    if (!site) return;
    // The page would scroll.
    event.preventDefault();
    const spots = [...pane.querySelectorAll(".pm-site")].flatMap((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return width && element instanceof HTMLElement ? [{ element, x: left + width / 2, y: top + height / 2 }] : [];
    });
    const from = spots.find(({ element }) => element === site);
    if (from) nextSpot(from, spots, event.key)?.element.focus();
  });
}
