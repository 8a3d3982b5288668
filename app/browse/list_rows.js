/*
 * The rows of the list below the map. They come apart from the table that shows them: they are much, and the same for
 * as long as the filters are, while the table hears of every click.
 */

/** @import { Component } from "../component" */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string[]} cells words, by column
 * @property {(number | null)[]} order by column, what it is sorted by; null for the words themselves
 * @property {string} badge address of a picture, empty for none
 * @property {string} mark address of the mark of a change, empty for none
 * @property {string} link address of the evidence of a change, empty for none
 * @property {number} [share] of the target that the result is
 */
/** @typedef {{ list: string, rows: Row[] }} Rows */

/** @param {Component<Uint8Array>} component */
export default function ({ parentElement, data }) {
  const place = /** @type {(HTMLElement & { rows?: Rows }) | null} */ (parentElement.querySelector(".pm-list-rows"));
  if (!place) return;
  place.rows = JSON.parse(new TextDecoder().decode(data));
  document.dispatchEvent(new CustomEvent("planmap:rows"));
}
