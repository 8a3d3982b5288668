/* A button in a bar of Leaflet's kind. */

import * as L from "leaflet";
import { svg } from "./svg.js";

/**
 * @param {HTMLElement} bar
 * @param {string} className
 * @param {string} path its picture in a box of 20 by 20
 * @param {(link: HTMLAnchorElement) => void} onClick
 */
export function addButton(bar, className, path, onClick) {
  const link = L.DomUtil.create("a", className, bar);
  link.href = "#";
  link.setAttribute("role", "button");
  const box = svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" }, link);
  const look = { fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linejoin": "round", "stroke-linecap": "round" };
  svg("path", { d: path, ...look }, box);
  L.DomEvent.on(link, "click", (event) => {
    L.DomEvent.stop(event);
    onClick(link);
  });
  return link;
}

/**
 * @param {Element} link
 * @param {string} words
 */
export function nameButton(link, words) {
  link.setAttribute("title", words);
  link.setAttribute("aria-label", words);
}
