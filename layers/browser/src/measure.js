/* Measuring on the ellipsoid: click for points, the last distance and the area stand beside the line. */
(function () {
  "use strict";

  PlanMap.formatLength = function (metres) {
    return metres < 1000 ? metres.toFixed(0) + " m" : (metres / 1000).toFixed(metres < 10000 ? 2 : 1) + " km";
  };

  PlanMap.formatArea = function (squareMetres) {
    return squareMetres < 1e5 ? squareMetres.toFixed(0) + " m²" : (squareMetres / 1e6).toFixed(2) + " km²";
  };

  PlanMap.Measure = class {
    constructor(map, colour, text) {
      Object.assign(this, { map, colour, text, points: [], active: false });
      this.group = L.layerGroup();
    }

    toggle() {
      this.active ? this.stop() : this.start();
      return this.active;
    }

    start() {
      this.active = true;
      this.finished = false;
      this.points = [];
      this.group.clearLayers().addTo(this.map);
      this.map.getContainer().classList.add("pm-measuring");
      this.map.doubleClickZoom.disable();
      this.map.on("click", this.add, this).on("dblclick", this.finish, this);
      PlanMap.message(this.map, this.text("map.measure-help"));
    }

    stop() {
      this.active = false;
      this.group.remove();
      this.map.getContainer().classList.remove("pm-measuring");
      this.map.doubleClickZoom.enable();
      this.map.off("click", this.add, this).off("dblclick", this.finish, this);
    }

    /** Take a point that was clicked on a site; tell whether it was wanted. */
    take(at) {
      if (this.active && !this.finished) this.add({ latlng: at });
      return this.active;
    }

    finish() {
      this.finished = true;
      this.map.off("click", this.add, this).off("dblclick", this.finish, this);
    }

    add(event) {
      const last = this.points[this.points.length - 1];
      // A double click arrives as two clicks on one spot.
      if (last && last.distanceTo(event.latlng) < 1e-6) return;
      this.points.push(event.latlng);
      this.draw();
    }

    draw() {
      this.group.clearLayers();
      const line = { color: this.colour, weight: 2.5, interactive: false };
      if (this.points.length > 2) L.polygon(this.points, { ...line, weight: 0, fillOpacity: 0.08 }).addTo(this.group);
      L.polyline(this.points, line).addTo(this.group);
      for (const point of this.points) L.circleMarker(point, { ...line, radius: 4, fillColor: "#fff", fillOpacity: 1 }).addTo(this.group);
      if (this.points.length < 2) return;
      let words = this.text("map.length") + " " + PlanMap.formatLength(PlanMap.length(this.points));
      if (this.points.length > 2) words += " · " + this.text("map.area") + " " + PlanMap.formatArea(PlanMap.area(this.points));
      const box = L.DomUtil.create("div");
      box.textContent = words;
      L.tooltip({ permanent: true, direction: "right", offset: [8, 0], className: "pm-tooltip pm-measure" })
        .setLatLng(this.points[this.points.length - 1]).setContent(box).addTo(this.group);
    }
  };
})();
