/* What is said about a site on the map: a line under the pointer, a card when it is opened. */

import * as L from "leaflet";
import { decode } from "./letters.js";
import { picture, statusSymbol } from "./symbols.js";
import { words } from "./words.js";

/** @import { Language, SitePayload, TaskPayload, Text } from "./types" */

const make = L.DomUtil.create;

/**
 * @param {SitePayload} site what is under the pointer
 * @param {SitePayload} whole the place that it is or is a part of
 * @param {boolean} filteredOut whether it has tasks, none of which passes the filters
 * @param {Language} language
 * @param {Text} text
 */
export function tooltip(site, whole, filteredOut, language, text) {
  const box = make("div");
  make("b", "", box).textContent = words(whole, language);
  make("div", "pm-small", box).textContent = kind(site, text);
  if (filteredOut) make("div", "pm-small", box).textContent = text("legend.filtered-out");
  return box;
}

/**
 * Its name, how exact it is, also of its parts, its tasks with their status.
 *
 * @param {SitePayload} site
 * @param {SitePayload[]} parts
 * @param {TaskPayload[]} tasks of the plan
 * @param {(task: number) => string} letter of a task
 * @param {Language} language
 * @param {Text} text
 * @param {{ day?: string, ask?: (task: number) => void }} [more] the day, where there are two; what a click on a task does
 */
export function card(site, parts, tasks, letter, language, text, { day = "", ask } = {}) {
  const box = make("div", "pm-card");
  make("h3", "", box).textContent = words(site, language);
  make("div", "pm-small", box).textContent = kind(site, text) + exactness(site);
  for (const part of parts) {
    make("div", "pm-small", box).textContent = words(part, language) + " · " + text("precision." + part.precision) + exactness(part);
  }
  if (day) make("div", "pm-small", box).textContent = day;
  const list = make("ul", "", box);
  for (const index of site.tasks) {
    const state = decode(letter(index));
    if (!state.shown) continue;
    const item = make("li", "", list);
    if (state.status) item.appendChild(picture(statusSymbol(state.status, state.backed), 16));
    const name = make(ask ? "button" : "span", ask ? "ask" : "", item);
    name.textContent = words(tasks[index], language);
    if (ask) name.addEventListener("click", () => ask(index));
  }
  if (!list.childNodes.length) {
    make("div", "pm-small", box).textContent = text(site.tasks.length ? "legend.filtered-out" : "map.no-tasks");
  }
  return box;
}

/** @param {SitePayload} site */
function exactness({ accuracy }) {
  return accuracy ? " · ±" + accuracy + " m" : "";
}

/**
 * @param {SitePayload} site
 * @param {Text} text
 */
function kind(site, text) {
  return text("category." + site.category) + " · " + text("precision." + site.precision);
}
