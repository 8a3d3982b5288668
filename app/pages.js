/* Links to the other pages. They take along the address as it is at the moment of the click. */

/** @import { Component } from "./component" */

/** @typedef {{ path: string, label: string, current: boolean }} Page */
/**
 * @typedef {object} Data
 * @property {string} label
 * @property {string} shown the language of the page
 * @property {string} language the same where it is to be written to the address, else empty
 * @property {Page[]} pages
 */

// Any of these may come last before a link is followed, opened in a new tab or copied.
const MOMENTS = ["pointerover", "pointerdown", "focus", "click", "contextmenu"];

function link() {
  const element = document.createElement("a");
  const aim = () => { element.href = element.dataset.path + window.location.search; };
  for (const moment of MOMENTS) element.addEventListener(moment, aim);
  return element;
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data }) {
  const nav = parentElement.querySelector(".pm-pages");
  if (!nav) return;
  nav.setAttribute("aria-label", data.label);
  document.documentElement.lang = data.shown === "en" ? "en" : "zh-CN";
  const lang = data.language === "en" ? "en" : null;
  if (data.language) document.dispatchEvent(new CustomEvent("planmap:address", { detail: { lang } }));
  // The same elements for as long as the page stands, so that a run of the script takes no click away.
  while (nav.children.length < data.pages.length) nav.append(link());
  data.pages.forEach((page, index) => {
    const element = /** @type {HTMLAnchorElement} */ (nav.children[index]);
    element.textContent = page.label;
    element.dataset.path = page.path;
    element.href = page.path + window.location.search;
    if (page.current) element.setAttribute("aria-current", "page");
  });
}
