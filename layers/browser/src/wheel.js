/* The wheel over the map scrolls the page until the map has been clicked; with Ctrl it always zooms. */

import * as L from "leaflet";

/** @import { Text } from "./types" */

const SHOWN_MS = 1600;

/**
 * @param {L.Map} map
 * @param {Text} text
 */
export function guardWheel(map, text) {
  const host = map.getContainer();
  // Only who has turned the wheel needs it, and they can see.
  const hint = L.DomUtil.create("div", "pm-hint", host);
  hint.setAttribute("aria-hidden", "true");
  let timer = 0;
  const hide = () => hint.classList.remove("pm-shown");
  const taken = () => document.fullscreenElement !== null || (document.hasFocus() && host.contains(document.activeElement));
  host.addEventListener("wheel", (event) => {
    if (event.target instanceof Element && event.target.closest(".pm-panel, .leaflet-popup")) return;
    clearTimeout(timer);
    if (event.ctrlKey || event.metaKey || taken()) return hide();
    // Leaflet does not hear of it, and the page scrolls as anywhere else.
    event.stopImmediatePropagation();
    hint.textContent = text("map.wheel");
    hint.classList.add("pm-shown");
    timer = window.setTimeout(hide, SHOWN_MS);
  }, { capture: true, passive: true });
  host.addEventListener("pointerdown", hide);
}
