import { describe, expect, test } from "vitest";
import { ownQuery, pageQuery, selects, stepOf, viewOf } from "../../layers/browser/src/address.js";

/** @param {string} id */
const layer = (id, visible = true, opacity = 1) => ({ id, visible, opacity, group: "g", ground: false, zh: id, en: id });
const catalogue = [layer("metro"), layer("airport"), layer("old", false), layer("water", true, 0.8)];
const state = { center: { lat: 39.0657912, lng: 117.4211934 }, zoom: 12.5, basemap: "offline", catalogue,
  order: ["metro", "airport", "old", "water"] };
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

  test("says which layers lie elsewhere, and no others", () => {
    const order = ["metro", "old", "airport", "water"];
    expect(ownQuery({ ...state, layers: asIs, order })).toBe("at=39.06579,117.42119,12.50&order=old,airport");
  });

  test("has a part that is the page's, and in that what Back goes through", () => {
    const query = "lang=en&date=2024-05-01&status=done&q=%E6%B5%B7&site=a,b&at=39.1,117.4,12.5&hide=metro&order=b,a";
    expect(pageQuery(query)).toBe("lang=en&date=2024-05-01&status=done&q=%E6%B5%B7&site=a,b");
    expect(stepOf(query)).toBe("q=%E6%B5%B7&site=a,b&status=done");
    expect(stepOf("?at=1,2,3&lang=en")).toBe("");
    expect(selects(query)).toBe(true);
    expect(selects("sites=x&q=task=y&status=done")).toBe(false);
  });

  test("says where the map looked, or nothing", () => {
    expect(viewOf("site=a&at=39.1,117.4,12.5")).toEqual([39.1, 117.4, 12.5]);
    for (const query of ["", "site=a", "at=", "at=1,2", "at=1,2,x", "at=1,2,3,4", "at=%E0%A4%A"]) expect(viewOf(query)).toBe(null);
  });
});
