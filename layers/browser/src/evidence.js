/* Where a task's status comes from: its statements, each with day, publisher, title and address as text. */

import * as L from "leaflet";
import { find, findDialog } from "./find.js";
import { decode } from "./letters.js";
import { picture, statusSymbol } from "./symbols.js";
import { words } from "./words.js";

/** @import { BriefingPlan, BriefingView, StatementPayload, TaskEvidence, Text } from "./types" */

const make = L.DomUtil.create;

/**
 * Open the statements about a task, as they were known on the day of the view.
 *
 * @param {BriefingPlan} data
 * @param {BriefingView} view
 * @param {number} task place of the task in the plan
 * @param {Text} text
 */
export function openEvidence(data, view, task, text) {
  const found = data.evidence.days[view.day]?.[task];
  const dialog = findDialog("#evidence");
  find("h2", dialog).textContent = words(data.tasks[task], data.language);
  const box = find(".said", dialog);
  box.textContent = "";
  if (found) {
    box.append(standing(found, view.tasks[task]), facts(data, task, found, text));
    for (const line of found.notes) make("p", "unproven", box).textContent = line;
    for (const [index, tag] of found.said) box.append(statement(data.evidence.statements[index], tag));
    if (found.more) make("p", "quiet", box).textContent = found.more;
    make("p", "quiet", box).textContent = found.clause;
  } else make("p", "unproven", box).textContent = text("present.no-room");
  if (!dialog.open) dialog.showModal();
  box.focus({ preventScroll: true });
  box.scrollTop = 0;
}

/**
 * @param {TaskEvidence} found
 * @param {string} letter of the task
 */
function standing(found, letter) {
  const { status, backed } = decode(letter);
  const line = make("p", "standing");
  if (status) line.append(picture(statusSymbol(status, backed), 16, "badge"));
  make("b", "", line).textContent = found.status;
  return line;
}

/**
 * Target and result, and its places with the numbers that they have on the map.
 *
 * @param {BriefingPlan} data
 * @param {number} task
 * @param {TaskEvidence} found
 * @param {Text} text
 */
function facts(data, task, found, text) {
  const list = make("dl", "facts");
  fact(list, text("present.target")).textContent = found.target;
  fact(list, text("column.result")).textContent = found.result;
  const places = fact(list, text("present.sites"));
  for (const site of data.sites) {
    // A part answers with the number of its whole, which is listed itself.
    if (site.whole || !site.tasks.includes(task)) continue;
    const place = make("span", "place-name", places);
    if (site.number) make("i", "number", place).textContent = String(site.number);
    place.append(words(site, data.language));
  }
  for (const value of list.querySelectorAll("dd")) if (!value.textContent) value.parentElement?.remove();
  return list;
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 */
function fact(list, name) {
  const row = make("div", "", list);
  make("dt", "", row).textContent = name;
  return make("dd", "", row);
}

/**
 * @param {StatementPayload} said
 * @param {string} tag what it is for the task
 */
function statement(said, tag) {
  const box = make("article", "statement");
  const head = make("p", "head", box);
  if (tag) make("b", "tag", head).textContent = tag;
  make("time", "", head).textContent = said.day || "";
  for (const words_ of [said.publisher, said.status]) if (words_) make("span", "", head).textContent = words_;
  if (said.title) make("h3", "", box).textContent = said.title;
  if (said.summary) make("p", "", box).textContent = said.summary;
  const figures = [said.measured, said.period].filter(Boolean).join(" · ");
  if (figures) make("p", "quiet", box).textContent = figures;
  if (said.files) make("p", "quiet", box).textContent = said.files;
  if (said.address) make("p", "address", box).append(address(said));
  return box;
}

/**
 * The address in full, to be read and copied where there is no network; a link only if a click may open it.
 *
 * @param {StatementPayload} said
 */
function address({ address: shown = "", link }) {
  if (!link) return document.createTextNode(shown);
  const found = make("a");
  found.href = link;
  found.target = "_blank";
  found.rel = "noopener noreferrer";
  found.textContent = shown;
  return found;
}
