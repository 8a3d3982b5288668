/* The labels of a large own layer: its tiles have no words, so those of what is in view are asked of the server. */

/** @import { Map } from "leaflet" */
/** @import { Asked, Box, OwnPayload } from "./types" */
/** @import { SeenFeature } from "./own_pane.js" */
/** @import { InView } from "./own_tile.js" */

/** Most features in view that have labels; the server looks at twice as many (`MOST_LABELLED` of own_payload.py). */
const MOST = 400;

/** How far beyond the view is asked for on each side, as a share of it: a map that is moved a little has them already. */
const BEYOND = 0.1;

export class TileLabels {
  /**
   * @param {Map} map
   * @param {OwnPayload} payload
   * @param {() => void} changed is told when labels have come
   */
  constructor(map, payload, changed) {
    this.map = map;
    this.payload = payload;
    this.changed = changed;
    /** Whether the features in view are drawn one by one, and few enough. */
    this.isNear = false;
    /**
     * What has been asked for; null for nothing.
     *
     * @type {{ box: Box, part: string, complete: boolean } | null}
     */
    this.known = null;
    /** @type {SeenFeature[]} */
    this.features = [];
    if (payload.labelled) this.take(payload.labelled);
  }

  /**
   * Take note of what is in view, and ask for its labels if it has some that are not there yet.
   *
   * @param {InView} inView
   * @param {Asked | null} asked
   */
  update({ cells, drawn }, asked) {
    const zooms = this.payload.labels?.zooms;
    const zoom = this.map.getZoom();
    this.isNear = Boolean(zooms && !cells && drawn && drawn <= MOST && zooms[0] <= zoom + 1e-6 && zoom - 1e-6 <= zooms[1]);
    if (!this.isNear || !this.payload.url) return;
    const part = (asked && new URL(asked.url, location.href).searchParams.get("ask")) || "";
    const view = boxOf(this.map);
    const { known } = this;
    if (known && known.part === part && known.complete && isWithin(view, known.box)) return;
    const [wide, high] = [(view[2] - view[0]) * BEYOND, (view[3] - view[1]) * BEYOND];
    void this.fetch([view[0] - wide, view[1] - high, view[2] + wide, view[3] + high], part);
  }

  /**
   * @param {Box} box
   * @param {string} part of the layer that is asked for, as in an address
   */
  async fetch(box, part) {
    const known = { box, part, complete: true };
    // What is asked for now need not have those labels.
    if (this.known?.part !== part) this.features = [];
    // Until the answer is there nobody asks again for the same.
    this.known = known;
    try {
      const query = new URLSearchParams({ box: box.map((edge) => edge.toFixed(6)).join(","), ...(part ? { ask: part } : {}) });
      const answer = await fetch(this.payload.url.replace("tiles.json", "labels.json") + "?" + query.toString());
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      // Somebody has moved on since.
      if (this.known !== known) return;
      known.complete = !found.more;
      this.take(found);
    } catch {
      if (this.known === known) this.known = null;
      return;
    }
    this.changed();
  }

  /** @param {GeoJSON.FeatureCollection} collection */
  take({ features }) {
    this.features = features.map((feature) => (
      { box: /** @type {Box} */ (feature.bbox), look: feature.properties?.look, feature }
    ));
  }

  /**
   * The features in view that have labels.
   *
   * @param {Box} frame in degrees
   */
  in([west, south, east, north]) {
    if (!this.isNear) return [];
    return this.features.filter(({ box }) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south);
  }
}

/**
 * @param {Map} map
 * @returns {Box} in degrees
 */
function boxOf(map) {
  const bounds = map.getBounds();
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}

/**
 * @param {Box} inner
 * @param {Box} outer
 */
function isWithin(inner, outer) {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}
