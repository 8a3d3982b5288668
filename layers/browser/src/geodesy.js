/* Positions and lengths in the browser: the CGCS2000 grid, the GCJ-02 shift, geodesic measuring. */
(function () {
  "use strict";

  // The same formula as geo/datum.py, which names its source; a browser test holds the two together.
  const AXIS = 6378245.0;
  const ECCENTRICITY2 = 0.00669342162296594323;

  function offset(x, y) {
    const pi = Math.PI;
    const common = ((20 * Math.sin(6 * x * pi) + 20 * Math.sin(2 * x * pi)) * 2) / 3;
    let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common;
    north += ((20 * Math.sin(y * pi) + 40 * Math.sin((y / 3) * pi)) * 2) / 3;
    north += ((160 * Math.sin((y / 12) * pi) + 320 * Math.sin((y * pi) / 30)) * 2) / 3;
    let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common;
    east += ((20 * Math.sin(x * pi) + 40 * Math.sin((x / 3) * pi)) * 2) / 3;
    east += ((150 * Math.sin((x / 12) * pi) + 300 * Math.sin((x / 30) * pi)) * 2) / 3;
    return [north, east];
  }

  /** Shift a WGS 84 position in degrees to GCJ-02; [longitude, latitude] in and out. */
  PlanMap.toGcj02 = function (longitude, latitude) {
    const [north, east] = offset(longitude - 105, latitude - 35);
    const phi = (latitude / 180) * Math.PI;
    const w = 1 - ECCENTRICITY2 * Math.sin(phi) ** 2;
    const meridian = (AXIS * (1 - ECCENTRICITY2)) / (w * Math.sqrt(w));
    const parallel = (AXIS / Math.sqrt(w)) * Math.cos(phi);
    return [
      longitude + (east * 180) / (parallel * Math.PI),
      latitude + (north * 180) / (meridian * Math.PI),
    ];
  };

  /**
   * A tile layer whose pictures are drawn in GCJ-02, moved so that they lie right on a WGS 84 map.
   * Moving the picture and not the plan keeps readout, measuring and addresses in one frame. The shift
   * is exact in the middle of the view and changes by less than a pixel across it.
   */
  PlanMap.Gcj02TileLayer = L.TileLayer.extend({
    _shifted: function (center) {
      const [longitude, latitude] = PlanMap.toGcj02(center.lng, center.lat);
      return L.latLng(latitude, longitude);
    },
    _setZoomTransform: function (level, center, zoom) {
      L.TileLayer.prototype._setZoomTransform.call(this, level, this._shifted(L.latLng(center)), zoom);
    },
    _getTiledPixelBounds: function (center) {
      return L.TileLayer.prototype._getTiledPixelBounds.call(this, this._shifted(L.latLng(center)));
    },
    _onMoveEnd: function () {
      if (!this._map || this._map._animatingZoom) return;
      this._setZoomTransforms(this._map.getCenter(), this._map.getZoom());
      this._update();
    },
  });

  /** Return [easting, northing] in metres on CGCS2000 / 3-degree Gauss-Kruger 117°E. */
  PlanMap.toGrid = function (definition, longitude, latitude) {
    return proj4(definition, [longitude, latitude]);
  };

  const CGCS2000 = new geodesic.Geodesic.Geodesic(6378137, 1 / 298.257222101);

  /** Geodesic length in metres of a line of L.LatLng on the CGCS2000 ellipsoid. */
  PlanMap.length = function (points) {
    let metres = 0;
    for (let i = 1; i < points.length; i++) {
      metres += CGCS2000.Inverse(points[i - 1].lat, points[i - 1].lng, points[i].lat, points[i].lng).s12;
    }
    return metres;
  };

  /** Geodesic area in square metres of a ring of L.LatLng on the CGCS2000 ellipsoid. */
  PlanMap.area = function (points) {
    const polygon = CGCS2000.Polygon(false);
    points.forEach((point) => polygon.AddPoint(point.lat, point.lng));
    return Math.abs(polygon.Compute(false, true).area);
  };
})();
