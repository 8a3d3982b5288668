/* The line to the page around the map: its messages and the address bar. */

/** @import { Arguments, Place, Step, StripFilter } from "./types" */

export class Bridge {
  /**
   * @param {(args: Arguments) => void} onRender gets the arguments of every run of the page's script
   * @param {(filter: StripFilter) => void} onFilter gets the strip's clicks
   * @param {(step: Step) => void} onStep is told when Back or Forward has led to another address
   * @param {() => void} onEscape is told of an Esc that nothing on the page had a use for
   * @param {(place: Place | null) => void} onPlace gets what is to be placed, null if nothing is any more
   */
  constructor(onRender, onFilter, onStep, onEscape, onPlace) {
    this.embedded = window.parent !== window;
    this.count = 0;
    if (!this.embedded) return;
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== window.location.origin) return;
      if (!event.data) return;
      if (event.data.type === "planmap:scene") {
        onRender(event.data.args);
        this.shown(event.data.args.day);
      }
      if (event.data.type === "planmap:filter") onFilter(event.data);
      if (event.data.type === "planmap:step") onStep(event.data);
      if (event.data.type === "planmap:escape") onEscape();
      if (event.data.type === "planmap:place") onPlace(event.data.place);
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
   * Tell the page, once that has been painted, that the map is as of this day.
   *
   * @param {string | undefined} day
   */
  shown(day) {
    requestAnimationFrame(() => setTimeout(() => this.send("planmap:day", { day })));
  }

  /**
   * Tell the page which site was clicked, or that nothing is selected any more. The count makes a second click on a
   * site a new one.
   *
   * @param {string} site empty for none
   */
  select(site) {
    this.count += 1;
    this.send("planmap:select", { chosen: { site, count: this.count } });
  }

  /**
   * Ask the page what lies near.
   *
   * @param {string} near as an address has it
   */
  ask(near) {
    this.send("planmap:near", { near });
  }

  /**
   * Tell the page what has been drawn for the site that is being placed.
   *
   * @param {GeoJSON.Geometry | null} shape
   * @param {number} pixel metres on the ground of a pixel of the map on which it was drawn
   */
  drawn(shape, pixel) {
    this.send("planmap:drawn", { shape, pixel });
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
   * @param {boolean} step whether Back is to lead to what stood there before
   */
  address(query, step) {
    const page = this.embedded ? window.parent : window;
    const { pathname, search, hash } = page.location;
    const url = pathname + (query ? "?" + query : "") + hash;
    if (url === pathname + search + hash) return;
    if (step) page.history.pushState(page.history.state, "", url);
    else page.history.replaceState(page.history.state, "", url);
  }
}
