import { describe, expect, test } from "vitest";
import { filtered, siteLetter } from "../../layers/browser/src/filter.js";
import cases from "../cases/filter.json";

/** @import { Status, StripFilter, Wait } from "../../layers/browser/src/types" */

/** @type {Record<Status, string>} */
const letters = { planned: "p", seeking: "s", in_progress: "i", done: "d", delayed: "l", stopped: "x" };
/** @type {Record<Wait, number>} */
const bits = { overdue: 1, stale: 2 };
const attention = ["l", "x", "s", "p", "i", "d"];

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} tasks
 * @property {string} evidence
 * @property {{ name: string, tasks: number[] }[]} sites
 * @property {string} [candidates]
 * @property {Status[]} [statuses]
 * @property {StripFilter["evidence"]} [evidence_is]
 * @property {string} [waits]
 * @property {Wait[]} [waits_for]
 * @property {{ tasks: string, sites: string, overdue?: string }} shown
 */

describe("the filter", () => {
  test.each(/** @type {Case[]} */ (cases.cases))("$name", (one) => {
    const args = {
      all: one.tasks,
      evidence: one.evidence,
      waits: one.waits ?? "0".repeat(one.tasks.length),
      candidates: one.candidates ?? "1".repeat(one.tasks.length),
    };
    const sites = one.sites.map(({ name, tasks }) => ({ id: name, tasks }));
    const filter = { statuses: one.statuses ?? [], evidence: one.evidence_is ?? null, waits: one.waits_for ?? [] };
    expect(filtered(args, sites, filter, { letters, attention, waits: bits })).toEqual({ overdue: "0".repeat(sites.length), ...one.shown });
  });

  test("a site without letters has none", () => {
    expect(siteLetter([], attention)).toBe("-");
    expect(siteLetter(["-", "-"], attention)).toBe("-");
  });
});
