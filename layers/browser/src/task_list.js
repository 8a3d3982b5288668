/* Every task of a view with its status, for who asks. */

import * as L from "leaflet";
import { find, findDialog } from "./find.js";
import { decode } from "./letters.js";
import { picture, statusSymbol } from "./symbols.js";
import { words } from "./words.js";

/** @import { BriefingPlan, BriefingView, TaskPayload, Text } from "./types" */

const make = L.DomUtil.create;

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
  const about = view.about || data.tasks.map((_, index) => index);
  const shown = about.filter((index) => decode(view.tasks[index]).shown);
  for (const index of shown) rows.append(row(data.tasks[index], view.tasks[index], data, text));
  find("h2", dialog).textContent = `${title} · ${text("present.tasks")} ${shown.length}`;
  dialog.showModal();
  rows.focus({ preventScroll: true });
  rows.scrollTop = 0;
}

/**
 * @param {TaskPayload} task
 * @param {string} letter
 * @param {BriefingPlan} data
 * @param {Text} text
 */
function row(task, letter, data, text) {
  const { status, backed } = decode(letter);
  const item = make("li");
  item.appendChild(picture(statusSymbol(status || "none", backed), 16, "badge"));
  make("b", "task", item).textContent = words(task, data.language);
  if (task.target) make("strong", "", make("span", "target", item)).textContent = task.target;
  const how = make("span", "how", item);
  make("span", "", how).textContent = text("status." + (status || "none"));
  if (status) make("span", "", how).textContent = text(backed ? "sheet.backed" : "sheet.only-stated");
  return item;
}
