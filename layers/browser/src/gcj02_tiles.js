/* Online pictures that are drawn in GCJ-02 or BD-09, laid right under a WGS 84 map. */

import * as L from "leaflet";
import { toBd09, toGcj02 } from "./gcj02.js";

/**
 * A tile layer whose pictures are drawn in GCJ-02, moved so that they lie right on a WGS 84 map.
 * Moving the picture and not the plan keeps readout, measuring and addresses in one frame. The shift
 * is exact in the middle of the view and changes by less than a pixel across it.
 */
export class Gcj02TileLayer extends L.TileLayer {
  /**
   * @override
   * @param {unknown} level
   * @param {L.LatLngExpression} center
   * @param {number} zoom
   */
  _setZoomTransform(level, center, zoom) {
    super._setZoomTransform(level, this.shifted(L.latLng(center)), zoom);
  }

  /**
   * @override
   * @param {L.LatLng} center
   */
  _getTiledPixelBounds(center) {
    return super._getTiledPixelBounds(this.shifted(center));
  }

  /** @override */
  _onMoveEnd() {
    if (!this._map || this._map._animatingZoom) return;
    this._setZoomTransforms(this._map.getCenter(), this._map.getZoom());
    this._update();
  }

  /** @param {L.LatLng} at */
  shifted(at) {
    const [longitude, latitude] = toGcj02(at.lng, at.lat);
    return L.latLng(latitude, longitude);
  }
}

/** The same for pictures that are drawn in BD-09, in the tiles of web maps. */
export class Bd09TileLayer extends Gcj02TileLayer {
  /**
   * @override
   * @param {L.LatLng} at
   */
  shifted(at) {
    const [longitude, latitude] = toBd09(...toGcj02(at.lng, at.lat));
    return L.latLng(latitude, longitude);
  }
}
