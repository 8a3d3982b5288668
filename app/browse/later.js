/* Tells the page's script when the browser has time: what is not needed at first, and slow to load, is drawn then. */

/** @import { Component } from "../component" */

let told = "";

/** @param {Component<string>} component its data is another for each session: a server that is started anew begins one */
export default function ({ data, setTriggerValue }) {
  if (told === data) return;
  told = data;
  /** @param {() => void} run */
  const idle = (run) => (window.requestIdleCallback ? window.requestIdleCallback(run) : setTimeout(run, 50));
  // Two turns: in the first the page has only just been drawn.
  idle(() => idle(() => setTriggerValue("idle", true)));
}
