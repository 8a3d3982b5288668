/* Peer: maplibre-gl in a Leaflet map, with the looks of PlanMap as its style. No names: it would need files of glyphs. */

import { maplibreGL } from "@maplibre/maplibre-gl-leaflet";
import { kinds, look, offer, plainMap } from "./common.js";

const layerOf = (kind) => Object.keys(kinds).find((layer) => kinds[layer].includes(kind));

// A zoom of maplibre-gl is that of tiles of 512 pixels.
const areas = Object.entries(look.areas).map(([kind, { fill, zoom }]) => ({
  source: "ground", id: kind, type: "fill", "source-layer": layerOf(kind), minzoom: zoom - 1,
  filter: ["==", ["get", "kind"], kind],
  paint: { "fill-color": fill, "fill-antialias": false },
}));

const ways = look.groups.flatMap((group) => [true, false].flatMap((edge) => Object.entries(group)
  .filter(([, style]) => edge || !style.single)
  .map(([kind, style]) => {
    const dash = style.dash && (style.single || !edge) ? style.dash.split(" ").map((part) => Number(part) / style.widths.at(-1)[1]) : null;
    const casing = edge && !style.single ? look.casing : 0;
    return {
      source: "ground", id: `${kind}-${edge}`, type: "line", "source-layer": layerOf(kind), minzoom: style.widths[0][0] - 1,
      filter: ["==", ["get", "kind"], kind],
      layout: { "line-join": "round", "line-cap": dash ? "butt" : "round" },
      paint: {
        "line-color": edge ? style.edge : style.fill,
        "line-width": ["interpolate", ["linear"], ["zoom"], ...style.widths.flatMap(([zoom, width]) => [zoom - 1, width + casing])],
        ...(dash ? { "line-dasharray": dash } : {}),
      },
    };
  })));

const map = plainMap();
const layer = maplibreGL({
  fadeDuration: 0,
  style: {
    version: 8,
    sources: { ground: { type: "vector", tiles: [`${location.origin}/tiles/{z}/{x}/{y}`], minzoom: 6, maxzoom: 15 } },
    layers: [{ id: "land", type: "background", paint: { "background-color": "#fcfbf9" } }, ...areas, ...ways],
  },
}).addTo(map);
const gl = layer.getMaplibreMap();
const idle = () => new Promise((done) => gl.once("idle", () => done()));

offer(map, (act) => {
  act();
  return idle();
});
idle().then(() => { window.ready = true; });
