/* Writes the Scene of a page without a map to the address, so that links to other pages and a reload have it. */

/** @import { Component } from "../component" */

/** @param {Component<Record<string, string | null>>} component */
export default function ({ data }) {
  document.dispatchEvent(new CustomEvent("planmap:address", { detail: data }));
}
