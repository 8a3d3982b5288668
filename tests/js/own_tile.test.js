/* Tiles of own layers: what is read of them, what a cell looks like, and what is in view. */

import { PbfWriter } from "pbf";
import { describe, expect, it } from "vitest";
import { foremost, inView, ownTile } from "../../layers/browser/src/own_tile.js";
import table from "../cases/own_tile.json";

const [z, x, y] = table.at;
const bytes = Uint8Array.from(atob(table.tile), (letter) => letter.charCodeAt(0));
const tile = ownTile(bytes.buffer, z, x, y);
const ORDER = ["area", "line", "point"];
const side = 256 / 2 ** z;
/** @type {[number, number, number, number]} */
const whole = [x * side, y * side, (x + 1) * side, (y + 1) * side];

describe("a tile of an own layer", () => {
  it("has the cells that were written", () => {
    expect({ ...tile.cells, columns: [...tile.cells.columns], rows: [...tile.cells.rows] }).toEqual(table.cells);
  });

  it("has the shapes that were written, by category and kind", () => {
    expect(tile.extent).toBe(table.extent);
    const written = table.features.flatMap(({ category, kind, parts }) => kind === "point"
      ? [{ category, kind, part: parts.flat(2) }]
      : parts.map((part) => ({ category, kind, part: part.flat() })));
    const found = tile.groups.flatMap(({ category, kind, positions, starts }) =>
      starts.map((start, n) => ({ category, kind, part: [...positions.slice(start, starts[n + 1])] })));
    expect(found).toHaveLength(written.length);
    expect(found).toEqual(expect.arrayContaining(written));
    const kinds = tile.groups.map(({ kind }) => kind);
    expect(kinds).toEqual([...kinds].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other)));
    expect(tile.features.ids).toEqual(table.features.map(({ id }) => id));
    expect(tile.features.categories).toEqual(table.features.map(({ category }) => category));
  });

  it("has the categories that another encoder lists in the order in which it met them", () => {
    const writer = new PbfWriter();
    writer.writeMessage(3, (_, layer) => {
      for (const [id, value] of [[7, 0], [8, 1], [9, 0]]) {
        layer.writeMessage(2, (__, feature) => {
          feature.writeVarintField(1, id);
          feature.writePackedVarint(2, [0, value]);
          feature.writeVarintField(3, 1);
          feature.writePackedVarint(4, [9, 2 * id, 2 * id]);
        }, null);
      }
      layer.writeStringField(3, "c");
      for (const number of [5, 2]) layer.writeMessage(4, (__, found) => found.writeVarintField(5, number), null);
      layer.writeVarintField(5, 2048);
    }, null);
    const found = ownTile(writer.finish().slice().buffer, z, x, y);
    expect(found.features.ids).toEqual([7, 8, 9]);
    expect(found.features.categories).toEqual([5, 2, 5]);
    expect(found.groups.map(({ category }) => category)).toEqual([5, 2]);
    expect(found.extent).toBe(2048);
  });

  it("is empty where there is none", () => {
    expect(inView([ownTile(null, z, x, y)], whole, null)).toEqual({ cells: 0, features: 0, drawn: 0, categories: [] });
  });
});

describe("a cell", () => {
  const cells = { ...tile.cells, counts: [7, 2], listed: [0, 3, 9], byCategory: [[1, 0], [4, 0], [2, 2]] };

  it("looks like the category of which it has most, and stands for all", () => {
    expect(foremost(cells, 0, null)).toEqual({ category: 3, count: 7 });
  });

  it("stands only for what is shown", () => {
    expect(foremost(cells, 0, new Set([0, 9]))).toEqual({ category: 9, count: 3 });
    expect(foremost(cells, 1, new Set([0, 3]))).toEqual({ category: 0, count: 0 });
    expect(foremost({ ...cells, byCategory: [] }, 1, null)).toEqual({ category: 0, count: 2 });
  });
});

describe("what is in view", () => {
  const counted = table.cells.counts.reduce((sum, count) => sum + count, 0);

  it("is every feature, drawn or counted", () => {
    const found = inView([tile], whole, null);
    expect(found).toEqual({ cells: table.cells.counts.length, features: counted, drawn: table.features.length, categories: [0, 1, 3] });
    expect(found.features + found.drawn).toBe(9);
  });

  it("counts a feature once that two tiles have", () => {
    expect(inView([tile, tile], whole, null).drawn).toBe(table.features.length);
  });

  it("is nothing where one looks elsewhere, and less with fewer categories", () => {
    expect(inView([tile], [0, 0, 1, 1], null)).toEqual({ cells: 0, features: 0, drawn: 0, categories: [] });
    const found = inView([tile], whole, new Set([0]));
    expect(found.features).toBe(table.cells.byCategory[0].reduce((sum, count) => sum + count, 0));
    expect(found.drawn).toBe(table.features.filter(({ category }) => category === 0).length);
  });
});
