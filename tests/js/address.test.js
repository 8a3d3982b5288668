import { describe, expect, test } from "vitest";
import { ownQuery } from "../../layers/browser/src/address.js";

/** @param {string} id */
const layer = (id, visible = true, opacity = 1) => ({ id, visible, opacity, group: "g", ground: false, zh: id, en: id });
const catalogue = [layer("metro"), layer("airport"), layer("old", false), layer("water", true, 0.8)];
const state = { center: { lat: 39.0657912, lng: 117.4211934 }, zoom: 12.5, basemap: "offline", catalogue };
const asIs = Object.fromEntries(catalogue.map(({ id, visible, opacity }) => [id, { visible, opacity }]));

describe("the address", () => {
  test("says where the map looks, and nothing that is as the plan has it", () => {
    expect(ownQuery({ ...state, layers: asIs })).toBe("at=39.06579,117.42119,12.50");
  });

  test("says what was switched, sorted, and how firmly layers are drawn", () => {
    const layers = {
      ...asIs, metro: { visible: false, opacity: 1 }, airport: { visible: false, opacity: 1 }, old: { visible: true, opacity: 0.35 },
    };
    expect(ownQuery({ ...state, basemap: "osm", layers })).toBe(
      "at=39.06579,117.42119,12.50&base=osm&show=old&hide=airport,metro&opacity=old:35"
    );
  });
});
