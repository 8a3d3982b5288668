/* The button that starts the presentation. A browser gives the whole screen only within the click itself. */

/** @import { Component } from "../component" */

/** @param {Component<{ label: string, disabled: boolean }>} component */
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button.pm-start");
  if (!(button instanceof HTMLButtonElement) || !button.lastElementChild) return;
  button.lastElementChild.textContent = data.label;
  button.disabled = data.disabled;
  button.onclick = () => document.dispatchEvent(new CustomEvent("planmap:present", { detail: { button } }));
}
