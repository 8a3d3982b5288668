/* The CGCS2000 grid as fine lines with their kilometres, as on a topographic sheet. */
(function () {
  "use strict";

  const STEPS = [50, 100, 200, 500, 1000, 2000];
  const WIDEST_LABEL = 64;

  PlanMap.Grid = L.Layer.extend({
    initialize: function (definition, style) {
      this.definition = definition;
      this.style = style;
      this.step = null;
    },

    onAdd: function (map) {
      this.map = map;
      // Under everything but the land: it is read where nothing else is.
      PlanMap.pane(map, "pm-grid", 205).style.pointerEvents = "none";
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPane("pm-grid"));
      map.on("moveend zoomend resize viewreset", this.draw, this);
      this.draw();
    },

    onRemove: function (map) {
      map.off("moveend zoomend resize viewreset", this.draw, this);
      this.canvas.remove();
      this.step = null;
    },

    setOpacity: function (opacity) {
      this.map.getPane("pm-grid").style.opacity = opacity;
    },

    /** The distance between lines in metres at the map's zoom, or null where they would be a mesh. */
    stepFor: function () {
      if (this.map.getZoom() < 12.5) return null;
      const center = this.map.getCenter();
      const metres = (40075016.686 * Math.cos((center.lat * Math.PI) / 180)) / (256 * 2 ** this.map.getZoom());
      return STEPS.find((step) => step / metres >= 110) || null;
    },

    draw: function () {
      const map = this.map;
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      this.canvas.width = size.x * ratio;
      this.canvas.height = size.y * ratio;
      this.canvas.style.width = size.x + "px";
      this.canvas.style.height = size.y + "px";
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      this.step = this.stepFor();
      if (!this.step) return;
      const context = this.canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.font = "10px " + this.style.fonts.map((name) => '"' + name + '"').join(",") + ",sans-serif";
      context.strokeStyle = "#DDD9CF";
      context.fillStyle = "#A39E92";
      context.lineWidth = 0.8;
      const corners = [[0, 0], [size.x, 0], [0, size.y], [size.x, size.y]].map((point) => {
        const at = map.containerPointToLatLng(point);
        return PlanMap.toGrid(this.definition, at.lng, at.lat);
      });
      const [west, east] = [Math.min(...corners.map((c) => c[0])), Math.max(...corners.map((c) => c[0]))];
      const [south, north] = [Math.min(...corners.map((c) => c[1])), Math.max(...corners.map((c) => c[1]))];
      const first = (value) => Math.ceil(value / this.step) * this.step;
      for (let x = first(west); x <= east; x += this.step) this.line(context, [x, north], [x, south], x, size);
      for (let y = first(south); y <= north; y += this.step) this.line(context, [west, y], [east, y], y, size);
    },

    // Within a view a grid line bends by less than a pixel, so its two ends are enough.
    line: function (context, from, to, value, size) {
      const [a, b] = [from, to].map((end) => {
        const [longitude, latitude] = proj4(this.definition).inverse(end);
        return this.map.latLngToContainerPoint([latitude, longitude]);
      });
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
      context.stroke();
      const words = (value / 1000).toFixed(this.step < 1000 ? 1 : 0) + " km";
      const vertical = Math.abs(b.x - a.x) < Math.abs(b.y - a.y);
      if (vertical) context.fillText(words, a.x + ((0 - a.y) * (b.x - a.x)) / (b.y - a.y) + 3, 11);
      else context.fillText(words, size.x / 2 - WIDEST_LABEL, a.y + ((size.x / 2 - a.x) * (b.y - a.y)) / (b.x - a.x) - 3);
    },
  });
})();
