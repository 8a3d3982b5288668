/* The list of slides. Each change shows at once; the page's script follows, one change after the other. */

/** @import { Component } from "../component" */

/** @typedef {"add" | "up" | "down" | "copy" | "delete" | "choose" | "move"} What */
/** @typedef {{ number: number, session: string, deck: string, what: What, at?: number, to?: number }} Act */
/** @typedef {(act: Act) => void} Send */
/**
 * @typedef {object} Data
 * @property {string} session numbers of changes are those of one session
 * @property {string} deck
 * @property {string[]} titles
 * @property {number} chosen
 * @property {number} done number of the last change that was taken
 * @property {number} refused number of the last change that was not
 * @property {boolean} fixed
 * @property {Record<string, string>} labels
 */

const PATIENCE = 8000; // ms after which a change that nobody has answered is sent once more, if the page has nothing to do
const EDGE = 36; // px from the ends of the list where dragging scrolls it
/** @type {WeakMap<Element, List>} */
const lists = new WeakMap();

class List {
  /**
   * @param {Element} host
   * @param {Data} data
   * @param {Send} send
   */
  constructor(host, data, send) {
    this.data = data;
    this.send = send;
    this.cards = find(host, ".pm-cards");
    this.said = find(host, "[role=status]");
    this.buttons = [...host.querySelectorAll("button")].filter((button) => button.dataset.act);
    /** @type {(Act & { sent?: boolean })[]} */
    this.queue = [];
    this.number = 0;
    this.deck = data.deck;
    this.titles = [...data.titles];
    this.chosen = data.chosen;
    this.seen = -1;
    this.drag = false;
    this.dropped = false;
    for (const button of this.buttons) button.addEventListener("click", () => this.press(/** @type {What} */ (button.dataset.act)));
    this.cards.addEventListener("click", (event) => {
      const at = this.index(event.target);
      if (at >= 0 && !this.dropped) this.choose(at);
    });
    this.cards.addEventListener("keydown", (event) => this.key(event));
    this.cards.addEventListener("pointerdown", (event) => this.grab(event));
  }

  /** @param {EventTarget | null} target */
  index(target) {
    const item = target instanceof Element ? target.closest("li") : null;
    return item ? [...this.cards.children].indexOf(item) : -1;
  }

  /**
   * Take over what the page says, unless it answers to an earlier change than the last.
   *
   * @param {Data} data
   * @param {Send} send
   */
  take(data, send) {
    this.send = send;
    this.data = data;
    // Numbers go on where this session's have ended, also for a list that is new on the page.
    this.number = Math.max(this.number, data.done);
    if (data.refused && data.refused === data.done) this.queue = [];
    while (this.queue.length && this.queue[0].number <= data.done) this.queue.shift();
    if (this.drag) return;
    // A server that has been started anew does not know what was asked of the one before.
    const other = this.deck !== data.deck || this.queue.some((act) => act.session !== data.session);
    if (!this.queue.length || other) {
      this.queue = [];
      this.deck = data.deck;
      this.titles = [...data.titles];
      this.chosen = data.chosen;
    }
    this.draw();
    this.next();
    this.remember();
  }

  /**
   * @param {What} what
   * @param {number} [at]
   * @param {number} [to]
   */
  ask(what, at, to) {
    this.number += 1;
    this.queue.push({ number: this.number, session: this.data.session, deck: this.deck, what, at, to });
    this.draw();
    this.next();
  }

  next() {
    const first = this.queue[0];
    if (!first || first.sent) return;
    first.sent = true;
    this.pass(first);
    this.wait(first);
  }

  /** @param {Act} act */
  pass({ number, session, deck, what, at, to }) {
    this.send({ number, session, deck, what, at, to });
  }

  /**
   * Send a change again until it is answered; the script does nothing that it has done already.
   *
   * @param {Act} act
   */
  wait(act) {
    setTimeout(() => {
      if (this.queue[0] !== act) return;
      if (!busy()) this.pass(act);
      this.wait(act);
    }, PATIENCE);
  }

  /** @param {What} what */
  press(what) {
    const at = this.chosen;
    if (what === "add") this.ask("add");
    if (what === "up") this.move(at, at - 1);
    if (what === "down") this.move(at, at + 1);
    if (what === "copy") {
      this.titles.splice(at + 1, 0, this.titles[at]);
      this.chosen = at + 1;
      this.ask("copy", at);
    }
    if (what === "delete") {
      this.titles.splice(at, 1);
      this.chosen = Math.max(0, Math.min(at, this.titles.length - 1));
      this.ask("delete", at);
    }
  }

  /** @param {number} at */
  choose(at) {
    if (at === this.chosen || at < 0 || at >= this.titles.length) return;
    this.chosen = at;
    this.ask("choose", at);
    this.show();
  }

  /**
   * @param {number} at
   * @param {number} to
   */
  move(at, to) {
    if (at === to || to < 0 || to >= this.titles.length) return;
    this.titles.splice(to, 0, ...this.titles.splice(at, 1));
    this.chosen = to;
    this.said.textContent = this.data.labels.moved.replace("{number}", String(to + 1));
    this.ask("move", at, to);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    const at = this.index(event.target);
    if (at < 0) return;
    if (step && event.altKey) {
      if (!this.data.fixed) this.move(at, at + step);
    } else if (step) this.choose(at + step);
    else if (event.key === "Delete" && !this.data.fixed) this.press("delete");
    else return;
    event.preventDefault();
    this.cards.children[this.chosen]?.querySelector("button")?.focus();
  }

  /** Let the preview turn at once; the page's script comes to the same a moment later. */
  show() {
    document.dispatchEvent(new CustomEvent("planmap:slide", { detail: { number: this.chosen + 1 } }));
  }

  /** Keep the place in the address, for a reload, and for the browse page, which adds to the deck used last. */
  remember() {
    const detail = { deck: this.deck, slide: String(this.chosen + 1) };
    document.dispatchEvent(new CustomEvent("planmap:address", { detail }));
    try {
      window.sessionStorage.setItem("planmap.deck", this.deck);
    } catch {
      // A browser that keeps nothing; then the first deck is the one added to.
    }
  }

  draw() {
    const { labels, fixed } = this.data;
    // The same elements for as long as there are cards for them, so that a run of the script takes no click away.
    while (this.cards.children.length < this.titles.length) this.cards.append(card());
    while (this.cards.children.length > this.titles.length) this.cards.lastElementChild?.remove();
    this.cards.setAttribute("aria-label", labels.slides);
    this.titles.forEach((title, at) => {
      const [button, grip] = /** @type {Iterable<HTMLElement>} */ (this.cards.children[at].children);
      button.children[0].textContent = String(at + 1);
      button.children[1].textContent = title;
      button.title = title;
      if (at === this.chosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      grip.hidden = fixed;
      grip.title = labels.grip;
    });
    for (const button of this.buttons) {
      const what = /** @type {What} */ (button.dataset.act);
      const name = labels[what];
      button.title = name;
      if (what === "add") find(button, "span").textContent = name;
      else button.setAttribute("aria-label", name);
      const last = this.titles.length - 1;
      const ended = (what === "up" && this.chosen === 0) || (what === "down" && this.chosen === last);
      button.disabled = fixed || (what !== "add" && last < 0) || ended;
    }
    if (this.seen !== this.chosen) this.cards.children[this.chosen]?.scrollIntoView({ block: "nearest" });
    this.seen = this.chosen;
  }

  /** @param {PointerEvent} event */
  grab(event) {
    const at = this.index(event.target);
    const byGrip = event.target instanceof Element && event.target.closest(".pm-grip");
    // A finger on a card scrolls the list; on the grip it drags.
    if (at < 0 || this.data.fixed || event.button !== 0 || (event.pointerType !== "mouse" && !byGrip)) return;
    const items = /** @type {HTMLElement[]} */ ([...this.cards.children]);
    const boxes = items.map((item) => item.offsetTop + item.offsetHeight / 2);
    const step = items.length > 1 ? items[1].offsetTop - items[0].offsetTop : 0;
    const start = event.clientY + this.cards.scrollTop;
    let to = at;
    /** @param {PointerEvent} moving */
    const follow = (moving) => {
      const shift = moving.clientY + this.cards.scrollTop - start;
      if (!this.drag && Math.abs(shift) < 5) return;
      if (!this.drag) {
        this.drag = true;
        items[at].classList.add("pm-dragged");
        items[at].setPointerCapture(event.pointerId);
      }
      const frame = this.cards.getBoundingClientRect();
      if (moving.clientY < frame.top + EDGE) this.cards.scrollTop -= 8;
      if (moving.clientY > frame.bottom - EDGE) this.cards.scrollTop += 8;
      const middle = boxes[at] + shift;
      to = boxes.filter((box, place) => place !== at && box < middle).length;
      items.forEach((item, place) => {
        let by = 0;
        if (place === at) by = shift;
        else if (place > at && place <= to) by = -step;
        else if (place < at && place >= to) by = step;
        item.style.transform = by ? "translateY(" + by + "px)" : "";
      });
    };
    /** @param {PointerEvent} ending */
    const end = (ending) => {
      window.removeEventListener("pointermove", follow);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      if (!this.drag) return;
      this.drag = false;
      for (const item of items) item.style.transform = "";
      items[at].classList.remove("pm-dragged");
      // The click that ends a drag chooses nothing.
      this.dropped = true;
      setTimeout(() => { this.dropped = false; }, 0);
      if (ending.type === "pointerup" && to !== at) this.move(at, to);
      else this.take(this.data, this.send);
    };
    window.addEventListener("pointermove", follow);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  }
}

/** Whether an answer may still come by itself, by Streamlit's own marks: the script runs, or the server is away. */
function busy() {
  const { testScriptState, testConnectionState = "CONNECTED" } =
    /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))?.dataset || {};
  return testScriptState === "running" || testConnectionState !== "CONNECTED";
}

/**
 * @param {Element} parent
 * @param {string} selector
 */
function find(parent, selector) {
  return /** @type {HTMLElement} */ (parent.querySelector(selector));
}

function card() {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pm-card";
  button.append(document.createElement("b"), document.createElement("span"));
  const grip = document.createElement("span");
  grip.className = "pm-grip";
  grip.setAttribute("aria-hidden", "true");
  grip.textContent = "⠿";
  item.append(button, grip);
  return item;
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const host = find(parentElement, ".pm-deck");
  /** @type {Send} */
  const send = (act) => setTriggerValue("act", act);
  const list = lists.get(host) || new List(host, data, send);
  lists.set(host, list);
  list.take(data, send);
}
