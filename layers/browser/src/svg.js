/* SVG elements. */

/** @import { SvgShape } from "./types" */

export const NS = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number>} Attributes */

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} attributes
 * @param {Element} [parent]
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, attributes, parent) {
  const element = document.createElementNS(NS, name);
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  if (parent) parent.appendChild(element);
  return element;
}

/**
 * Put shapes of the style into an element.
 *
 * @param {SvgShape[]} all
 * @param {Element} parent
 */
export function shapes(all, parent) {
  for (const [name, attributes] of all) svg(/** @type {"path"} */ (name), attributes, parent);
}
