/* Peer: protomaps-leaflet, with the looks of PlanMap as its rules. */

import "./leaflet_global.js";
import {
  CenteredTextSymbolizer, LineLabelSymbolizer, LineSymbolizer, PolygonSymbolizer, leafletLayer,
} from "protomaps-leaflet";
import { kinds, look, offer, plainMap, widthAt } from "./common.js";

/** The layer that holds a kind: a layer is gone through once for each rule. */
const layerOf = (kind) => Object.keys(kinds).find((layer) => kinds[layer].includes(kind));

/** @param {string} kind */
const isOf = (kind) => (_, feature) => feature.props.kind === kind;

const areas = Object.entries(look.areas).map(([kind, { fill, zoom }]) => ({
  dataLayer: layerOf(kind), minzoom: Math.ceil(zoom), filter: isOf(kind), symbolizer: new PolygonSymbolizer({ fill }),
}));

const ways = look.groups.flatMap((group) => [true, false].flatMap((edge) => Object.entries(group).map(([kind, style]) => {
  const cased = (zoom) => !style.single && widthAt(style.widths, zoom) >= look.casedFrom;
  return {
    dataLayer: layerOf(kind),
    minzoom: Math.ceil(style.widths[0][0]),
    filter: (zoom, feature) => feature.props.kind === kind && (edge || cased(zoom)),
    symbolizer: new LineSymbolizer({
      color: edge ? style.edge : style.fill,
      width: (zoom) => widthAt(style.widths, zoom) + (edge && cased(zoom) ? look.casing : 0),
      lineCap: "round",
      lineJoin: "round",
    }),
  };
})));

const text = { fill: "#5c5a57", stroke: "#ffffff", width: 2, labelProps: ["zh"] };
const labelRules = [
  ...Object.entries(look.places).reverse().map(([kind, { size, zoom }]) => ({
    dataLayer: "places", minzoom: Math.ceil(zoom), filter: isOf(kind),
    symbolizer: new CenteredTextSymbolizer({ ...text, font: `400 ${size}px sans-serif` }),
  })),
  ...look.groups.flatMap((group) => Object.entries(group).reverse().map(([kind, style]) => ({
    dataLayer: layerOf(kind), minzoom: Math.ceil(style.name_zoom), filter: isOf(kind),
    symbolizer: new LineLabelSymbolizer({ ...text, font: `400 ${style.name_size}px sans-serif` }),
  }))).filter(({ minzoom }) => minzoom < 24),
];

const map = plainMap();
const layer = leafletLayer({ url: "/tiles/{z}/{x}/{y}", maxDataZoom: 15, paintRules: [...areas, ...ways], labelRules, attribution: "" });
const loaded = () => new Promise((done) => layer.once("load", () => done()));

offer(map, (act) => {
  const end = loaded();
  act();
  return end;
});
loaded().then(() => { window.ready = true; });
layer.addTo(map);
