/* Peer: pictures as tiles on plain Leaflet. */

import * as L from "leaflet";
import { offer, plainMap } from "./common.js";

const map = plainMap();
const layer = L.tileLayer("/pictures/{z}/{x}/{y}");
const loaded = () => new Promise((done) => layer.once("load", () => done()));

offer(map, (act) => {
  const end = loaded();
  act();
  return end;
});
loaded().then(() => { window.ready = true; });
layer.addTo(map);
