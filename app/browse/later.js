/* Tells the page's script when the browser has time: what is not needed at first, and slow to load, is drawn then. */

let told = false;

export default function ({ setTriggerValue }) {
  if (told) return;
  told = true;
  const idle = window.requestIdleCallback || ((run) => setTimeout(run, 50));
  // Two turns: in the first the page has only just been drawn.
  idle(() => idle(() => setTriggerValue("idle", true)));
}
