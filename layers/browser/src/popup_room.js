/* Room for a popup: the map moves until no box on it, such as the legend, hides what the popup says. */

/** @import { Map, Popup } from "leaflet" */

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Edges in pixels */

const GAP = 8;
const MARGIN = 20;

/**
 * Move the map so that a popup lies in its frame and beside the boxes on it.
 *
 * @param {Map} map
 * @param {Popup} popup that is open, and does not move the map itself
 */
export function makeRoom(map, popup) {
  const element = popup.getElement();
  if (!element) return;
  const home = map.getContainer().getBoundingClientRect();
  const found = (/** @type {string} */ selector) => [...map.getContainer().querySelectorAll(selector)]
    .map((each) => each.getBoundingClientRect()).filter(({ width }) => width > 0);
  const box = element.getBoundingClientRect();
  const panels = found(".pm-panel");
  let [x, y] = wayOut(box, home, [...panels, ...found(".leaflet-control-attribution, .leaflet-control-scale")]);
  // Where there is not room beside all of them, the sources at the foot may stand over it.
  if (panels.some((panel) => overlap(moved(box, [x, y]), panel))) [x, y] = wayOut(box, home, panels);
  if (x || y) map.panBy([-x, -y]);
}

/**
 * How far a box has to go to lie in a frame and beside others: the shortest way, or into the frame alone if there is none.
 *
 * @param {Edges} box
 * @param {Edges} frame
 * @param {Edges[]} others
 * @returns {[x: number, y: number]} to the right and down
 */
export function wayOut(box, frame, others) {
  const inside = into(box, frame);
  /** @type {[number, number][]} */
  const ways = others.flatMap((other) => [
    [other.left - GAP - box.right, inside[1]],
    [other.right + GAP - box.left, inside[1]],
    [inside[0], other.bottom + GAP - box.top],
    [inside[0], other.top - GAP - box.bottom],
  ]);
  const found = [inside, ...ways.sort((one, other) => Math.hypot(...one) - Math.hypot(...other))].find((way) => {
    const there = moved(box, way);
    const [x, y] = into(there, frame);
    return Math.abs(x) < 0.5 && Math.abs(y) < 0.5 && others.every((other) => !overlap(there, other));
  });
  return found || inside;
}

/**
 * @param {Edges} box
 * @param {Edges} frame
 * @returns {[number, number]}
 */
function into(box, frame) {
  return [
    shift(box.left, box.right, frame.left + MARGIN, frame.right - MARGIN),
    shift(box.top, box.bottom, frame.top + MARGIN, frame.bottom - MARGIN),
  ];
}

/**
 * How far a stretch has to go to lie in another one; where it is too long, its beginning does.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} least
 * @param {number} most
 */
function shift(from, to, least, most) {
  if (from < least || to - from > most - least) return least - from;
  return Math.min(0, most - to);
}

/**
 * @param {Edges} box
 * @param {[number, number]} way
 * @returns {Edges}
 */
function moved({ left, top, right, bottom }, [x, y]) {
  return { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
}

/**
 * @param {Edges} one
 * @param {Edges} other
 */
function overlap(one, other) {
  return one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
}
