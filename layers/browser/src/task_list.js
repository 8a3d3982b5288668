/* Every task of a view with its status, for who asks. */

import * as L from "leaflet";
import { find, findDialog } from "./find.js";
import { decode } from "./letters.js";
import { picture, statusSymbol } from "./symbols.js";
import { words } from "./words.js";

/** @import { BriefingPlan, BriefingView, TaskPayload, Text } from "./types" */

const make = L.DomUtil.create;

// Beside the title of a task.
const MOST_NUMBERS = 4;

/**
 * Numbers of the tasks that the words of a view are about.
 *
 * @param {BriefingPlan} data
 * @param {BriefingView} view
 */
export function listed(data, view) {
  const about = view.about || data.tasks.map((_, index) => index);
  return about.filter((index) => decode(view.tasks[index]).shown);
}

/**
 * The letters of a view as a map takes them over.
 *
 * @param {BriefingPlan} data
 * @param {BriefingView} view
 * @param {{ tasks: string, sites: string, overdue: string }} side how things stand on the day of the map
 */
export function lettersOf(data, view, { tasks, sites, overdue } = view) {
  const { lit, near } = view;
  return { language: data.language, tasks, sites, overdue, lit, near, listed: listed(data, view).map((index) => tasks[index]).join("") };
}

/**
 * Open the list, or close it where it is open.
 *
 * @param {BriefingPlan} data
 * @param {BriefingView} view
 * @param {string} title of the view
 * @param {Text} text
 */
export function toggleTaskList(data, view, title, text) {
  const dialog = findDialog("#list");
  if (dialog.open) return dialog.close();
  const rows = find("ul", dialog);
  rows.textContent = "";
  const shown = listed(data, view);
  const numbers = siteNumbers(data);
  for (const index of shown) {
    const item = row(data.tasks[index], view.tasks[index], data, text, numbers[index]);
    item.dataset.task = String(index);
    rows.append(item);
  }
  find("h2", dialog).textContent = `${title} · ${text("present.tasks")} ${shown.length}`;
  dialog.showModal();
  rows.focus({ preventScroll: true });
  rows.scrollTop = 0;
}

/**
 * The numbers of the sites of each task.
 *
 * @param {BriefingPlan} data
 */
function siteNumbers(data) {
  /** @type {number[][]} */
  const found = data.tasks.map(() => []);
  for (const { number, tasks } of data.sites) if (number) for (const task of tasks) found[task].push(number);
  return found;
}

/**
 * @param {TaskPayload} task
 * @param {string} letter
 * @param {BriefingPlan} data
 * @param {Text} text
 * @param {number[]} numbers of its sites on the map
 */
function row(task, letter, data, text, numbers) {
  const { status, backed } = decode(letter);
  const item = make("li");
  item.appendChild(picture(statusSymbol(status || "none", backed), 16, "badge"));
  const ask = make("button", "ask", make("b", "task", item));
  ask.type = "button";
  ask.textContent = words(task, data.language);
  if (numbers.length) {
    const box = make("span", "numbers", item);
    for (const number of numbers.slice(0, MOST_NUMBERS)) make("i", "number", box).textContent = String(number);
    if (numbers.length > MOST_NUMBERS) box.append("…");
  }
  if (task.target) make("strong", "", make("span", "target", item)).textContent = task.target;
  const how = make("span", "how", item);
  make("span", "", how).textContent = text("status." + (status || "none"));
  if (status) make("span", "", how).textContent = text(backed ? "sheet.backed" : "sheet.only-stated");
  return item;
}
