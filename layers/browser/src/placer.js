/* Placing a site on the map: the tools for it come only when somebody asks, for they are as large as all the rest. */

import { showMessage } from "./message.js";

/** @import * as L from "leaflet" */
/** @import { Place, PlacingTools, Style, Text } from "./types" */
/** @import { Ways } from "./ways.js" */

/** @param {string} address */
function loaded(address) {
  return new Promise((resolve, reject) => {
    const style = address.endsWith(".css");
    const tag = document.createElement(style ? "link" : "script");
    if (tag instanceof HTMLLinkElement) Object.assign(tag, { rel: "stylesheet", href: address });
    else tag.src = address;
    tag.addEventListener("load", resolve);
    tag.addEventListener("error", () => {
      tag.remove();
      reject(new Error(address));
    });
    document.head.append(tag);
  });
}

export class Placer {
  /**
   * @param {L.Map} map
   * @param {Style} style
   * @param {Text} text
   * @param {object} needs
   * @param {string[]} needs.tools addresses of the script and the style sheet with the tools
   * @param {Ways} needs.ways what is snapped to
   * @param {(shape: GeoJSON.Geometry | null) => void} needs.drawn is told of each change
   */
  constructor(map, style, text, { tools, ways, drawn }) {
    this.map = map;
    this.style = style;
    this.text = text;
    this.addresses = tools;
    this.ways = ways;
    this.drawn = drawn;
    /** @type {Promise<unknown> | null} */
    this.coming = null;
    /** @type {PlacingTools | null} */
    this.tools = null;
    /**
     * What is wanted now; null where nobody places anything.
     *
     * @type {Place | null}
     */
    this.place = null;
  }

  get active() {
    return this.place !== null;
  }

  /** @param {Place | null} place */
  async take(place) {
    this.place = place;
    this.map.getContainer().classList.toggle("pm-placing", place !== null);
    if (!place && !this.tools) return;
    try {
      this.coming ??= Promise.all(this.addresses.map(loaded));
      await this.coming;
    } catch {
      // The server is away; whoever asks again may have more luck.
      this.coming = null;
      showMessage(this.map, this.text("map.place-missing"));
      return;
    }
    const make = /** @type {(...given: unknown[]) => PlacingTools} */ (window.PlanMap.placing);
    this.tools ??= make(this.map, this.style, this.ways, this.drawn);
    // As it is wanted by now, and not as it was when the tools were asked for.
    this.tools.show(this.place);
  }
}
