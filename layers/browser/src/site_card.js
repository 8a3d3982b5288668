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
 * @param {Language} language
 * @param {Text} text
 */
export function tooltip(site, whole, language, text) {
  const box = make("div");
  make("b", "", box).textContent = words(whole, language);
  make("div", "pm-small", box).textContent = kind(site, text);
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
 */
export function card(site, parts, tasks, letter, language, text) {
  const box = make("div", "pm-card");
  make("h3", "", box).textContent = words(site, language);
  make("div", "pm-small", box).textContent = kind(site, text) + exactness(site);
  for (const part of parts) {
    make("div", "pm-small", box).textContent = words(part, language) + " · " + text("precision." + part.precision) + exactness(part);
  }
  const list = make("ul", "", box);
  for (const index of site.tasks) {
    const state = decode(letter(index));
    if (!state.shown) continue;
    const item = make("li", "", list);
    if (state.status) item.appendChild(picture(statusSymbol(state.status, state.backed), 16));
    make("span", "", item).textContent = words(tasks[index], language);
  }
  if (!list.childNodes.length) make("div", "pm-small", box).textContent = text("map.no-tasks");
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
