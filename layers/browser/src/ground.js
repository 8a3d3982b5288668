/* The offline basemap: land, sea, districts and the plan's own ground layers, all vector. */
(function () {
  "use strict";

  /** Strokes grow with the zoom: thin over the whole city, broad at a street corner. */
  PlanMap.strokeFactor = function (zoom) {
    return Math.max(0.45, Math.min(2.6, 0.55 + (zoom - 10) * 0.2));
  };

  PlanMap.pane = function (map, name, order, parent) {
    const pane = map.getPane(name) || map.createPane(name, parent);
    pane.style.zIndex = order;
    return pane;
  };

  function ring(coordinates) {
    return coordinates.map((point) => [point[1], point[0]]);
  }

  PlanMap.Ground = class {
    /** Drawn this far beyond the map's frame, as a share of its width: a flight that backs away shows what was beyond. */
    constructor(map, data, beyond) {
      this.map = map;
      this.beyond = beyond;
      this.size = 1;
      this.style = data.style;
      PlanMap.pane(map, "pm-land", 201);
      PlanMap.pane(map, "pm-mask", 390).style.pointerEvents = "none";
      PlanMap.pane(map, "pm-boundary", 395).style.pointerEvents = "none";
      const land = { renderer: L.svg({ pane: "pm-land", padding: this.beyond }), pane: "pm-land", interactive: false };
      const style = data.style;
      L.geoJSON(data.land, { ...land, style: { stroke: false, fillColor: style.land, fillOpacity: 1 } }).addTo(map);
      L.geoJSON(data.districts, {
        ...land,
        className: "pm-district",
        style: { color: style.minorBoundary, weight: 1.1, fillColor: style.districtFill, fillOpacity: 1 },
      }).addTo(map);
      this.focus(data);
      map.on("zoomend", () => this.scale());
      this.scale();
    }

    // The district of the plan stands out: the rest lies under a soft veil, its boundary is firm.
    focus(data) {
      const home = data.districts.features.find((feature) => feature.id === data.focus);
      if (!home) return;
      const polygons = home.geometry.type === "Polygon" ? [home.geometry.coordinates] : home.geometry.coordinates;
      const world = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
      const mask = { renderer: L.svg({ pane: "pm-mask", padding: this.beyond }), pane: "pm-mask", interactive: false };
      L.polygon([world, ...polygons.map((polygon) => ring(polygon[0]))], {
        ...mask, stroke: false, fillColor: this.style.mask, fillOpacity: this.style.maskOpacity,
      }).addTo(this.map);
      const line = { renderer: L.svg({ pane: "pm-boundary", padding: this.beyond }), pane: "pm-boundary", interactive: false };
      for (const polygon of polygons) {
        L.polygon(ring(polygon[0]), { ...line, fill: false, color: "#fff", weight: 4, opacity: 0.6 }).addTo(this.map);
        L.polygon(ring(polygon[0]), { ...line, fill: false, color: this.style.boundary, weight: 1.9 }).addTo(this.map);
      }
    }

    scale() {
      this.map.getContainer().style.setProperty("--pm-k", PlanMap.strokeFactor(this.map.getZoom()) * this.size);
      this.map.getContainer().classList.toggle("pm-far", this.map.getZoom() < 10.25);
    }

    /** Switch the boundaries, whose areas stay as the ground. */
    showBoundaries(on, opacity) {
      this.map.getPane("pm-land").classList.toggle("pm-no-districts", !on);
      Object.assign(this.map.getPane("pm-boundary").style, { display: on ? "" : "none", opacity });
    }

    /** Hide the drawn ground where pictures from the network take its place. */
    show(on) {
      for (const name of ["pm-land", "pm-mask"]) this.map.getPane(name).style.display = on ? "" : "none";
    }
  };

  /** Add one geometry in the stacked strokes of a ground style; return the Leaflet layers. */
  PlanMap.drawGround = function (geometry, strokes, pane, renderer, extra) {
    return strokes.map((stroke, index) => {
      const options = {
        pane,
        renderer,
        className: "pm-stroke",
        color: stroke.colour,
        stroke: Boolean(stroke.colour),
        weight: stroke.width || 1,
        dashArray: stroke.dash || null,
        fill: Boolean(stroke.fill),
        fillColor: stroke.fill,
        fillOpacity: stroke.fill_opacity,
        lineCap: stroke.dash ? "butt" : "round",
        interactive: index === strokes.length - 1,
        ...extra,
      };
      const layer = L.geoJSON(geometry, {
        ...options,
        style: options,
        pointToLayer: (_, position) => L.circleMarker(position, { ...options, radius: stroke.radius || 3 }),
      });
      layer.eachLayer((part) =>
        part.on("add", () => {
          const element = part.getElement();
          if (element) element.style.setProperty("--pm-w", stroke.width || 1);
        })
      );
      return layer;
    });
  };
})();
