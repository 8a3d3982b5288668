/* The button that adds what the map shows to a deck. Only the address bar knows that, at the moment of the click. */

/** @import { Component } from "../component" */

/** @typedef {{ label: string, hint: string, disabled: boolean, deck: string }} Data */

function lastDeck() {
  try {
    return window.sessionStorage.getItem("planmap.deck") || "";
  } catch {
    // A browser that keeps nothing.
    return "";
  }
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const button = parentElement.querySelector("button.pm-add-view");
  if (!(button instanceof HTMLButtonElement) || !button.lastElementChild) return;
  button.lastElementChild.textContent = data.label;
  button.title = data.hint;
  button.disabled = data.disabled;
  if (data.deck) {
    try {
      window.sessionStorage.setItem("planmap.deck", data.deck);
    } catch {
      // As above.
    }
  }
  button.onclick = () => setTriggerValue("view", { query: window.location.search.slice(1), deck: lastDeck() });
}
