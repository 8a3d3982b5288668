import { describe, expect, it } from "vitest";
import { groundNames, onlyChinese } from "../../layers/browser/src/words.js";

const TERMINAL = { zh: "", en: "Old Terminal" };
const ROAD = { zh: "外环东路（辅路）", en: "" };
const BOTH = { zh: "卫国道", en: "Weiguo Road" };

describe("names of the ground", () => {
  it("leaves off a name in other letters where most are Chinese", () => {
    const written = groundNames([TERMINAL, ROAD, BOTH], "zh");
    expect([TERMINAL, ROAD, BOTH].map(written)).toEqual(["", "外环东路", "卫国道"]);
  });

  it("keeps them where most are in other letters, and on an English map", () => {
    const abroad = [TERMINAL, { zh: "Strøget", en: "Strøget" }, { zh: "", en: "Nyhavn" }];
    expect(abroad.map(groundNames([...abroad, ROAD], "zh"))).toEqual(["Old Terminal", "Strøget", "Nyhavn"]);
    expect([TERMINAL, ROAD, BOTH].map(groundNames([TERMINAL, ROAD, BOTH], "en"))).toEqual(["Old Terminal", "外环东路", "Weiguo Road"]);
  });

  it("knows which an English map has only in Chinese", () => {
    expect([TERMINAL, ROAD, BOTH].map(onlyChinese)).toEqual([false, true, false]);
  });
});
