/* The filter by what the strip counts, for the moment until the page's script comes to the same result. */

import { FILTERED_OUT, HIDDEN, NO_TASK } from "./letters.js";

/** @import { Filterable, Plan, SitePayload, StripFilter } from "./types" */

/**
 * Return the letters of tasks and sites: of tasks that pass, of sites by these. The rules are those of layers/selection/select.py and
 * layers/selection/status.py; tests/cases/filter.json holds both to the same.
 *
 * @param {Filterable} args
 * @param {Pick<SitePayload, "tasks">[]} sites
 * @param {Pick<StripFilter, "statuses" | "evidence" | "waits">} filter
 * @param {Pick<Plan, "letters" | "attention" | "waits">} plan
 * @returns {{ tasks: string, sites: string, overdue: string }}
 */
export function filtered(args, sites, { statuses, evidence, waits }, { letters, attention, waits: bits }) {
  const wanted = new Set(statuses.map((status) => letters[status]));
  const wait = waits.reduce((sum, name) => sum | bits[name], 0);
  const passes = Array.from(args.all, (letter, index) =>
    args.candidates[index] === "1" &&
    (!wanted.size || wanted.has(letter.toLowerCase())) &&
    (!evidence || (args.evidence[index] === "1") === (evidence === "with")) &&
    (!wait || (Number(args.waits[index]) & wait) !== 0)
  );
  const letterOf = (/** @type {number[]} */ tasks) => {
    const own = tasks.filter((index) => passes[index]).map((index) => args.all[index]);
    return tasks.length && !own.length ? FILTERED_OUT : siteLetter(own, attention);
  };
  const isLate = (/** @type {number} */ index) => passes[index] && (Number(args.waits[index]) & bits.overdue) !== 0;
  const letterOfSites = sites.map(({ tasks }) => letterOf(tasks));
  return {
    tasks: Array.from(args.all, (letter, index) => (passes[index] ? letter : HIDDEN)).join(""),
    sites: letterOfSites.join(""),
    // A site without a status has no symbol that could be marked.
    overdue: sites.map(({ tasks }, at) => Number(/[a-z]/i.test(letterOfSites[at]) && tasks.some(isLate))).join(""),
  };
}

/**
 * The letter that the letters of a site's tasks give it together: the status that needs a look first, backed where
 * one task with it is.
 *
 * @param {string[]} letters
 * @param {string[]} attention
 */
export function siteLetter(letters, attention) {
  for (const lead of attention) {
    const leading = letters.filter((letter) => letter.toLowerCase() === lead);
    if (leading.length) return leading.some((letter) => letter !== lead) ? lead.toUpperCase() : lead;
  }
  return NO_TASK;
}
