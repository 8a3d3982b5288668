import { expect, test } from "vitest";
import { Timer } from "../../layers/browser/src/timer.js";

test("a timer counts only while it runs, and reads as minutes and seconds", () => {
  let now = 5000;
  const timer = new Timer(() => now);
  expect(String(timer)).toBe("00:00");
  timer.toggle();
  now += 61_999;
  expect(String(timer)).toBe("01:01");
  timer.toggle();
  now += 500_000;
  expect([timer.running, String(timer)]).toEqual([false, "01:01"]);
  timer.toggle();
  now += 3_600_000;
  expect(String(timer)).toBe("1:01:01");
  timer.reset();
  now += 9000;
  expect([timer.running, String(timer)]).toEqual([true, "00:09"]);
});
