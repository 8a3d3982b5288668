/* A pen on the view, and a pointer: a large dot that follows the mouse. Both are for the room, and leave nothing behind. */

import { find } from "./find.js";
import { svg } from "./svg.js";

/** @import { Text } from "./types" */

// Of the width of the window; a line that is seen from the far end of a room.
const WIDTH = 0.0035;

export class Pen {
  /** @param {Text} text */
  constructor(text) {
    this.text = text;
    this.on = false;
    this.sheet = svg("svg", { id: "ink", "aria-hidden": "true" });
    /**
     * The stroke that is being drawn.
     *
     * @type {SVGElement | null}
     */
    this.stroke = null;
    document.body.append(this.sheet);
    this.sheet.addEventListener("pointerdown", (event) => this.begin(event));
    this.sheet.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) this.sheet.addEventListener(end, () => { this.stroke = null; });
  }

  toggle() {
    this.on = !this.on;
    this.stroke = null;
    document.body.classList.toggle("drawing", this.on);
    find("[data-do=pen]").setAttribute("aria-pressed", String(this.on));
    find("#said").textContent = this.on ? this.text("present.pen-on") : "";
  }

  /** Whether anything is drawn. */
  get used() {
    return this.sheet.childElementCount > 0;
  }

  wipe() {
    this.stroke = null;
    this.sheet.replaceChildren();
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (!event.isPrimary || event.button) return;
    event.preventDefault();
    this.sheet.setPointerCapture(event.pointerId);
    const at = point(event);
    // Twice, so that a tap leaves a dot.
    this.stroke = svg("polyline", { points: `${at} ${at}`, "stroke-width": Math.max(3, innerWidth * WIDTH) }, this.sheet);
  }

  /** @param {PointerEvent} event */
  go(event) {
    if (!this.stroke || !event.isPrimary) return;
    this.stroke.setAttribute("points", `${this.stroke.getAttribute("points")} ${point(event)}`);
  }
}

export class Pointer {
  constructor() {
    this.dot = document.createElement("div");
    this.dot.id = "pointer";
    // Over dialogs too, which lie over everything else.
    this.dot.popover = "manual";
    document.body.append(this.dot);
    this.at = [innerWidth / 2, innerHeight / 2];
    document.addEventListener("pointermove", (event) => {
      this.at = [event.clientX, event.clientY];
      this.place();
    });
    document.addEventListener("keyup", (event) => { if (event.key.toLowerCase() === "l") this.show(false); });
    // The key may be let go where we do not hear of it.
    window.addEventListener("blur", () => this.show(false));
  }

  place() {
    this.dot.style.translate = `${this.at[0]}px ${this.at[1]}px`;
  }

  /** @param {boolean} on */
  show(on) {
    if (this.dot.matches(":popover-open") === on) return;
    if (on) this.dot.showPopover();
    else this.dot.hidePopover();
    document.body.classList.toggle("pointing", on);
    this.place();
  }
}

/** @param {PointerEvent} event */
function point({ clientX, clientY }) {
  return `${clientX.toFixed(1)},${clientY.toFixed(1)}`;
}
