/*
 * Has the page's script run when the connection to the server is back. A server that has been started anew knows nothing
 * of a page until it asks for something, and what is on the page is then no longer what the server has of it.
 */

/** @import { Component } from "./component" */

// Streamlit's own mark of its connection. Without it the page waits for the next click.
const MARK = "data-test-connection-state";

let run = () => {};
let lost = false;

new MutationObserver(() => {
  const connected = document.querySelector(`[${MARK}]`)?.getAttribute(MARK) === "CONNECTED";
  if (connected && lost) run();
  lost = !connected;
}).observe(document.body, { subtree: true, attributes: true, attributeFilter: [MARK] });

/** @param {Component<unknown>} component */
export default function ({ setTriggerValue }) {
  run = () => setTriggerValue("back", true);
}
