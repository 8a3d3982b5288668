/* One letter per status; upper case is backed by evidence. */

/** @import { SiteState, Status } from "./types" */

/** Stands for a task that is not shown. */
export const HIDDEN = ".";

/** Stands for a site without a task or with none that has a status, or a task without a status. */
export const NO_TASK = "-";

/** Stands for a site that has tasks, none of which passes the filters. */
export const FILTERED_OUT = "~";

/** @type {Record<string, Status>} */
const STATUS = { p: "planned", s: "seeking", i: "in_progress", d: "done", l: "delayed", x: "stopped" };

/**
 * How a site stands by its letter, and by its digit in `Arguments.overdue`.
 *
 * @param {string} letter
 * @param {string} overdue
 * @returns {SiteState}
 */
export function stateOf(letter, overdue) {
  return { ...decode(letter), overdue: overdue === "1" };
}

/**
 * @param {string} letter
 * @returns {SiteState}
 */
export function decode(letter) {
  const status = STATUS[letter.toLowerCase()] || null;
  const backed = status !== null && letter !== letter.toLowerCase();
  return { shown: letter !== HIDDEN, status, backed, filteredOut: letter === FILTERED_OUT };
}
