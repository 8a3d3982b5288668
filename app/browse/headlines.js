/* The plan's targets with their results; a click chooses the task. */

/** @import { Component } from "../component" */

/**
 * @typedef {object} Row
 * @property {string} id of the task
 * @property {string} title
 * @property {string} badge address of the picture of its status; empty without a status
 * @property {string} status
 * @property {string} target
 * @property {string} result empty without one
 * @property {string} months that the result is about
 * @property {number | null} share of the target that the result is
 * @property {string} words that say the share
 */
/**
 * @typedef {object} Data
 * @property {string} title
 * @property {Row[]} measured
 * @property {Row[]} others targets without a result
 * @property {string} without the words that head them
 * @property {{ target: string, result: string }} labels
 */

/**
 * @param {string} name
 * @param {string} className
 * @param {(string | Node)[]} content
 */
function element(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

/**
 * @param {Row} row
 * @param {Data["labels"]} labels
 * @param {() => void} choose
 */
function line(row, labels, choose) {
  const button = element("button", "pm-headline");
  button.setAttribute("type", "button");
  button.dataset.task = row.id;
  const title = element("span", "pm-headline-title");
  if (row.badge) {
    const picture = document.createElement("img");
    picture.src = row.badge;
    picture.alt = row.status;
    picture.title = row.status;
    title.append(picture);
  }
  title.append(row.title);
  const figures = element("span", "pm-headline-figures", labels.target + " ", element("b", "", row.target));
  if (row.result) {
    const result = element("span", "", labels.result + " ", element("b", "pm-headline-result", row.result));
    if (row.months) result.append(element("small", "", " " + row.months));
    figures.append(result);
  }
  button.append(title, figures);
  if (row.share !== null) {
    const filled = document.createElement("i");
    filled.style.width = Math.min(row.share, 1) * 100 + "%";
    const bar = element("span", "pm-share", filled);
    bar.setAttribute("role", "img");
    bar.setAttribute("aria-label", row.words);
    bar.title = row.words;
    button.append(bar);
  }
  button.addEventListener("click", choose);
  const item = document.createElement("li");
  item.append(button);
  return item;
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".pm-headlines");
  if (!host) return;
  /** @param {Row[]} rows */
  const list = (rows) => element("ul", "", ...rows.map((row) => line(row, data.labels, () => setTriggerValue("task", row.id))));
  host.replaceChildren(element("h4", "", data.title), list(data.measured));
  if (!data.others.length) return;
  const rest = document.createElement("details");
  rest.open = !data.measured.length;
  rest.append(element("summary", "pm-quiet", data.without), list(data.others));
  host.append(rest);
}
