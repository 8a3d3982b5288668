/* Tells the page's script when the browser has time: what is not needed at first, and slow to load, is drawn then. */

/** @import { Component } from "../component" */

let told = false;

/** @param {Component<unknown>} component */
export default function ({ setTriggerValue }) {
  if (told) return;
  told = true;
  /** @param {() => void} run */
  const idle = (run) => (window.requestIdleCallback ? window.requestIdleCallback(run) : setTimeout(run, 50));
  // Two turns: in the first the page has only just been drawn.
  idle(() => idle(() => setTriggerValue("idle", true)));
}
