/* The preview: the briefing itself in a frame, which also is what is shown when the presentation starts. */

/** @import { Component } from "../component" */

/** @typedef {{ source: string, number: number, label: string, leave: string }} Data */
/** @typedef {(number: number) => void} Send tells the page that somebody has turned to a slide */

const WIDTH = 1280; // px across which the briefing is laid out, however small it is shown
/** @type {WeakMap<Element, Preview>} */
const previews = new WeakMap();

class Preview {
  /**
   * @param {Element} host
   * @param {Data} data
   * @param {Send} send
   */
  constructor(host, data, send) {
    this.data = data;
    this.send = send;
    this.screen = find(host, ".pm-screen");
    this.leaver = find(host, ".pm-leave");
    this.leaver.addEventListener("click", () => this.leave());
    /** What is shown. */
    this.source = "";
    this.number = 0;
    this.coming = false;
    this.presenting = false;
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    /**
     * The button that started the presentation.
     *
     * @type {HTMLElement | null}
     */
    this.button = null;
    new ResizeObserver(() => this.screen.style.setProperty("--pm-scale", String(host.clientWidth / WIDTH))).observe(host);
  }

  /**
   * Show the briefing at `source` from `number` on; only a changed briefing is loaded anew.
   *
   * @param {Data} data
   * @param {Send} send
   */
  take(data, send) {
    this.send = send;
    this.data = data;
    this.leaver.textContent = data.leave;
    // One after the other: what somebody has changed on meanwhile is loaded when this one is there.
    if (data.source !== this.source && !this.coming) this.load(data);
    else if (data.number !== this.number) this.turn(data.number);
    this.number = data.number;
  }

  /** @param {Data} data */
  load({ source, number, label }) {
    this.source = source;
    this.coming = true;
    const old = [...this.screen.querySelectorAll("iframe")];
    const frame = document.createElement("iframe");
    frame.title = label;
    frame.allow = "fullscreen";
    frame.src = source + "#" + number;
    frame.className = old.length ? "pm-coming" : "";
    // The one before stays until this one has something to show.
    frame.addEventListener("load", () => {
      this.coming = false;
      if (this.data.source !== this.source) this.load(this.data);
      const held = this.screen.contains(document.activeElement) || this.presenting;
      for (const other of old) other.remove();
      frame.className = "";
      if (frame === this.frame) this.turn(this.number);
      if (held) this.enter();
      // The briefing writes its address without an event, so look after whatever may have turned it.
      const shown = frame.contentWindow;
      for (const moment of ["keyup", "click"]) shown?.addEventListener(moment, () => setTimeout(() => this.follow(frame), 50));
      // Where another is on its way, this one still hears of turns from before; they are nobody's choice any more.
      shown?.addEventListener("hashchange", () => setTimeout(() => frame === this.frame && this.follow(frame), 50));
      // Full screen is left by the browser itself. In a window that only fills the page the briefing tells us (see
      // below), and what is no briefing but says why there is none has no keys of its own.
      shown?.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && this.presenting && !event.defaultPrevented) this.leave();
      });
    });
    this.screen.prepend(frame);
    this.frame = frame;
  }

  /** @param {number} number */
  turn(number) {
    this.number = number;
    const there = this.frame?.contentWindow?.location;
    // While it loads it has an address of its own, and is turned when it is there.
    if (there && there.pathname === "/briefing" && there.hash !== "#" + number) there.replace(this.source + "#" + number);
  }

  /**
   * Somebody has turned to another slide in the preview itself.
   *
   * @param {HTMLIFrameElement | null} frame
   */
  follow(frame) {
    const number = Number(frame?.contentWindow?.location.hash.slice(1));
    // While it is shown nothing around it is to move; the page comes after when it is left.
    if (this.presenting || !Number.isInteger(number) || number < 1 || number === this.number) return;
    this.number = number;
    this.send(number);
  }

  enter() {
    this.frame?.focus();
    this.frame?.contentWindow?.focus();
  }

  /**
   * Fill the window and, where the browser lets us, the whole screen.
   *
   * @param {HTMLElement} button
   */
  present(button) {
    if (!this.frame) return;
    this.button = button;
    this.presenting = true;
    this.screen.classList.add("pm-presenting");
    const fill = () => {
      if (this.presenting && !this.screen.matches(":popover-open")) {
        this.screen.popover = "manual";
        this.screen.showPopover();
      }
      this.enter();
    };
    if (!this.screen.requestFullscreen) fill();
    else this.screen.requestFullscreen().then(() => this.filled(), fill);
    this.enter();
  }

  /** The screen is full, which whoever was quicker with Escape no longer wants. */
  filled() {
    if (this.presenting) this.enter();
    else if (document.fullscreenElement) document.exitFullscreen().then(() => this.button?.focus(), () => {});
  }

  leave() {
    if (!this.presenting) return;
    this.presenting = false;
    if (this.screen.matches(":popover-open")) this.screen.hidePopover();
    this.screen.removeAttribute("popover");
    this.screen.classList.remove("pm-presenting");
    const end = () => {
      // Not before: what is around a full screen takes no focus.
      this.button?.focus();
      this.follow(this.frame);
    };
    if (document.fullscreenElement) document.exitFullscreen().then(end, end);
    else end();
  }
}

/**
 * @param {Element} parent
 * @param {string} selector
 */
function find(parent, selector) {
  return /** @type {HTMLElement} */ (parent.querySelector(selector));
}

/** @type {Preview | null} */
let current = null;

document.addEventListener("planmap:slide", (event) => {
  if (current?.frame) current.turn(event.detail.number);
});
document.addEventListener("planmap:present", (event) => current?.present(event.detail.button));
document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement) current?.leave();
});
window.addEventListener("message", (event) => {
  const ours = current?.frame && event.source === current.frame.contentWindow && event.origin === window.location.origin;
  if (ours && event.data?.type === "planmap:leave") current?.leave();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") current?.leave();
});

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const host = find(parentElement, ".pm-preview");
  /** @type {Send} */
  const send = (number) => setTriggerValue("turned", number);
  current = previews.get(host) || new Preview(host, data, send);
  previews.set(host, current);
  current.take(data, send);
}
