/* What is remembered in this browser from one visit to the next; where that is denied, nothing is. */

const PREFIX = "planmap.";

/** @typedef {"legend" | "layers"} Part of the bar beside the map */

/** @type {Part[]} */
export const PARTS = ["legend", "layers"];

/** @param {string} key */
export function recall(key) {
  try {
    return window.localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function keep(key, value) {
  try {
    window.localStorage.setItem(PREFIX + key, value);
  } catch {
    // Denied, or full: the next visit begins as the first did.
  }
}

/**
 * Which part of the bar to begin with: as it was left, else the legend where there is room for it.
 *
 * @param {string | null} left
 * @param {boolean} wide
 * @returns {Part | ""}
 */
export function firstOpen(left, wide) {
  if (left === "") return "";
  return PARTS.find((part) => part === left) || (wide ? "legend" : "");
}
