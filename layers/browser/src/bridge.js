/* The line to the page around the map: its messages and the address bar. */

/** @import { Arguments, StripFilter } from "./types" */

export class Bridge {
  /**
   * @param {(args: Arguments) => void} onRender gets the arguments of every run of the page's script
   * @param {(filter: StripFilter) => void} onFilter gets the strip's clicks
   */
  constructor(onRender, onFilter) {
    this.embedded = window.parent !== window;
    this.count = 0;
    if (!this.embedded) return;
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== window.location.origin) return;
      if (!event.data) return;
      if (event.data.type === "planmap:scene") onRender(event.data.args);
      if (event.data.type === "planmap:filter") onFilter(event.data);
    });
  }

  /** Ask for the Scene, which may have been sent before there was anybody to hear it. */
  ready() {
    this.send("planmap:ready", {});
  }

  /**
   * The Scene that the page around the map was opened with, null where it does not say.
   *
   * @returns {Arguments | null}
   */
  opening() {
    const place = this.embedded ? window.parent.document.getElementById("planmap-scene") : null;
    return place ? JSON.parse(place.textContent ?? "null") : null;
  }

  /** Tell the page that the map has been painted, once it has. */
  painted() {
    requestAnimationFrame(() => setTimeout(() => this.send("planmap:painted", {})));
  }

  /**
   * Tell the page which site was clicked. The count makes a second click on it a new one.
   *
   * @param {string} site
   */
  select(site) {
    this.count += 1;
    this.send("planmap:select", { chosen: { site, count: this.count } });
  }

  /**
   * @param {string} type
   * @param {object} content
   */
  send(type, content) {
    if (this.embedded) window.parent.postMessage({ type, ...content }, window.location.origin);
  }

  /**
   * Put the Scene into the address bar. This is its only writer, so nothing races.
   *
   * @param {string} query
   */
  address(query) {
    const page = this.embedded ? window.parent : window;
    const { pathname, search, hash } = page.location;
    const url = pathname + (query ? "?" + query : "") + hash;
    if (url !== pathname + search + hash) page.history.replaceState(page.history.state, "", url);
  }
}
