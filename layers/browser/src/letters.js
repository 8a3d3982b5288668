/* One letter per status; upper case is backed by evidence. */

/** @import { SiteState, Status } from "./types" */

/** Stands for a site or task that is not shown. */
export const HIDDEN = ".";

/** Stands for a site without a task, or a task without a status. */
export const NO_TASK = "-";

/** @type {Record<string, Status>} */
const STATUS = { p: "planned", s: "seeking", i: "in_progress", d: "done", l: "delayed", x: "stopped" };

/**
 * @param {string} letter
 * @returns {SiteState}
 */
export function decode(letter) {
  const status = STATUS[letter.toLowerCase()] || null;
  return { shown: letter !== HIDDEN, status, backed: status !== null && letter !== letter.toLowerCase() };
}
