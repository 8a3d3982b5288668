import { describe, expect, test } from "vitest";
import { toBd09, toGcj02 } from "../../layers/browser/src/gcj02.js";
import { area, length } from "../../layers/browser/src/geodesy.js";
import { fromGrid, toGrid } from "../../layers/browser/src/projection.js";
import { gridStep, metresPerPixel } from "../../layers/browser/src/scale.js";
import cases from "../cases/positions.json";

// As layers/browser/payload.py hands it over.
const GRID = "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs";

describe("positions", () => {
  test.each(cases.gcj02)("GCJ-02 of $wgs84", ({ wgs84, is, listed }) => {
    const [longitude, latitude] = toGcj02(wgs84[0], wgs84[1]);
    expect(longitude).toBeCloseTo(is[0], 9);
    expect(latitude).toBeCloseTo(is[1], 9);
    if (!listed) return;
    expect(Math.abs(longitude - listed[0])).toBeLessThan(1e-5);
    expect(Math.abs(latitude - listed[1])).toBeLessThan(1e-5);
  });

  test.each(cases.bd09)("BD-09 of $gcj02", ({ gcj02, is }) => {
    const [longitude, latitude] = toBd09(gcj02[0], gcj02[1]);
    expect(longitude).toBeCloseTo(is[0], 9);
    expect(latitude).toBeCloseTo(is[1], 9);
  });

  test.each(cases.grid)("the grid at $wgs84", ({ wgs84, is }) => {
    const [easting, northing] = toGrid(GRID, wgs84[0], wgs84[1]);
    expect(easting).toBeCloseTo(is[0], 3);
    expect(northing).toBeCloseTo(is[1], 3);
    const [longitude, latitude] = fromGrid(GRID, is[0], is[1]);
    expect(longitude).toBeCloseTo(wgs84[0], 8);
    expect(latitude).toBeCloseTo(wgs84[1], 8);
  });

  test.each(cases.grids)("the grid $crs", ({ proj, wgs84, is }) => {
    const [easting, northing] = toGrid(proj, wgs84[0], wgs84[1]);
    expect(easting).toBeCloseTo(is[0], 2);
    expect(northing).toBeCloseTo(is[1], 2);
    const [longitude, latitude] = fromGrid(proj, is[0], is[1]);
    expect(longitude).toBeCloseTo(wgs84[0], 7);
    expect(latitude).toBeCloseTo(wgs84[1], 7);
  });

  test.each(cases.lines)("the length and the area of $wgs84", (line) => {
    const points = line.wgs84.map(([lng, lat]) => ({ lat, lng }));
    expect(length(points)).toBeCloseTo(line.length, 3);
    if (line.area) expect(area(points)).toBeCloseTo(line.area, 1);
  });

  test("the grid's step keeps lines apart, and far out there is none", () => {
    expect(gridStep(12, 39)).toBeNull();
    for (let zoom = 12.5; zoom < 19; zoom += 0.25) {
      const step = gridStep(zoom, 39);
      if (step !== null) expect(step / metresPerPixel(zoom, 39)).toBeGreaterThanOrEqual(110);
    }
    expect(gridStep(13.25, 39)).toBe(2000);
  });
});
