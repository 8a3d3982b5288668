/*
 * Has the page's script run when somebody else has changed the plan. It asks the server, which asks the store at most
 * twice a second for all pages together; a page that nobody looks at asks nothing.
 */

/** @import { Component } from "./component" */

const PAUSE_MS = 700;
const AGAIN_MS = 3000;

let version = "";
let asked = 0; // when the run was asked for that has not brought another version yet; 0 if none was
/** @type {(version: string) => void} */
let send = () => {};

async function look() {
  if (document.visibilityState !== "visible" || !version) return;
  try {
    const answer = await fetch("/version");
    if (!answer.ok) return;
    const { version: now } = await answer.json();
    // The run that it asks for brings the newest version, whatever comes until then. To ask for another meanwhile would
    // break it off, and where others record without a pause none would end. One that came too early is asked for again.
    if (!now || now === version || Date.now() - asked < AGAIN_MS) return;
    asked = Date.now();
    send(now);
  } catch {
    // The server is away, which the page itself says.
  }
}

async function watch() {
  await look();
  setTimeout(() => void watch(), PAUSE_MS);
}

document.addEventListener("visibilitychange", () => void look());
void watch();

/** @param {Component<{ version: string }>} component */
export default function ({ data, setTriggerValue }) {
  if (data.version !== version) asked = 0;
  version = data.version;
  send = (now) => setTriggerValue("changed", now);
}
