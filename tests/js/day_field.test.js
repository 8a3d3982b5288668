/* What somebody types as a day. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readDay } from "../../app/browse/day_field.js";

describe("a day as people type it", () => {
  test.each([
    "2024-03-05", "2024-3-5", " 2024/03/05 ", "2024.3.5", "2024年3月5日", "2024 年 3 月 5 日", "20240305", "２０２４-０３-０５", "2024－3－5",
  ])("%s is understood", (typed) => {
    expect(readDay(typed)).toBe("2024-03-05");
  });

  test.each(["", "2024", "2024-03", "24-03-05", "2024-13-01", "2024-02-30", "2023-02-29", "5.3.2024", "0024-01-01", "2024-03-05x", "三月五日"])(
    "%s is none", (typed) => {
      expect(readDay(typed)).toBeNull();
    }
  );

  test("every day is read as itself", () => {
    const days = fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(fc.property(days, (day) => {
      const iso = day.toISOString().slice(0, 10);
      expect(readDay(iso)).toBe(iso);
      expect(readDay(iso.replaceAll("-", ""))).toBe(iso);
    }));
  });

  test("no text breaks it", () => {
    fc.assert(fc.property(fc.string(), (typed) => {
      const day = readDay(typed);
      expect(day === null || /^\d{4}-\d\d-\d\d$/.test(day)).toBe(true);
    }));
  });
});
