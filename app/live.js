/*
 * Has the page's script run when somebody else has changed the plan. It asks the server, which asks the store at most
 * twice a second for all pages together; a page that nobody looks at asks nothing.
 */

/** @import { Component } from "./component" */

const PAUSE_MS = 700;
const AGAIN_MS = 3000;

let version = "";
let told = "";
let at = 0;
/** @type {(version: string) => void} */
let send = () => {};

async function look() {
  if (document.visibilityState !== "visible" || !version) return;
  try {
    const answer = await fetch("/version");
    if (!answer.ok) return;
    const { version: now } = await answer.json();
    // The run that it asks for brings the new version. One that came too early for that is asked for once more.
    if (!now || now === version || (now === told && Date.now() - at < AGAIN_MS)) return;
    told = now;
    at = Date.now();
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
  version = data.version;
  send = (now) => setTriggerValue("changed", now);
}
