/* Labels on one canvas: placed by priority, never over each other or over a symbol, thinned by zoom. */
(function () {
  "use strict";

  function overlaps(a, b) {
    return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
  }

  /**
   * Give each label a place. `labels` are drawn in order of priority; each tries its candidate boxes
   * and is left out where none is free. Boxes are [left, top, right, bottom] in pixels.
   */
  PlanMap.placeLabels = function (labels, obstacles, frame) {
    const taken = obstacles.slice();
    const placed = [];
    for (const label of labels.slice().sort((a, b) => b.priority - a.priority)) {
      for (const candidate of label.candidates) {
        const inside = candidate.boxes.every(
          (box) => box[0] >= frame[0] && box[1] >= frame[1] && box[2] <= frame[2] && box[3] <= frame[3]
        );
        const free = inside && !candidate.boxes.some((box) =>
          taken.some((other) => !(other.owner && other.owner === label.owner) && overlaps(box, other))
        );
        if (!free) continue;
        for (const box of candidate.boxes) taken.push(Object.assign(box.slice(), { owner: null }));
        placed.push({ ...label, candidate });
        break;
      }
    }
    return placed;
  };

  PlanMap.Labels = L.Layer.extend({
    initialize: function (style, collect) {
      this.style = style;
      this.collect = collect;
      this.placed = [];
      /** Dots for each pixel; null for those of the screen. */
      this.ratio = null;
      this.widths = new Map();
    },

    onAdd: function (map) {
      this.map = map;
      PlanMap.pane(map, "pm-labels", 590).style.pointerEvents = "none";
      this.canvas = L.DomUtil.create("canvas", "pm-labels leaflet-zoom-hide", map.getPane("pm-labels"));
      this.context = this.canvas.getContext("2d");
      map.on("moveend zoomend resize viewreset", this.redraw, this);
      // Text drawn before its font has arrived must be drawn once more.
      document.fonts.addEventListener("loadingdone", () => {
        this.widths.clear();
        this.redraw();
      });
      this.redraw();
    },

    redraw: function () {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.draw());
    },

    font: function (label) {
      const families = this.style.fonts.map((name) => '"' + name + '"').join(",");
      return (label.weight || 500) + " " + label.size + "px " + families + ",sans-serif";
    },

    measure: function (label) {
      const font = this.font(label);
      const key = font + "\n" + label.text;
      if (!this.widths.has(key)) {
        this.context.font = font;
        this.widths.set(key, this.context.measureText(label.text).width);
      }
      return this.widths.get(key);
    },

    draw: function () {
      const map = this.map;
      const size = map.getSize();
      const ratio = this.ratio || window.devicePixelRatio || 1;
      const canvas = this.canvas;
      // This also clears it. A canvas that is cleared any other way is printed white, over all that lies beneath.
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      const context = this.context;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const { labels, obstacles } = this.collect();
      const ready = labels.map((label) => ({ ...label, candidates: this.candidates(label) }));
      this.placed = PlanMap.placeLabels(ready, obstacles, [2, 2, size.x - 2, size.y - 2]);
      context.textBaseline = "middle";
      context.lineJoin = "round";
      for (const label of this.placed.reverse()) this.paint(label);
      this.fire("drawn");
    },

    candidates: function (label) {
      if (label.path) return this.alongPath(label);
      const width = this.measure(label);
      const half = label.size * 0.62;
      const point = this.map.latLngToContainerPoint(label.at);
      const gap = label.gap || 0;
      const places = gap
        ? [[gap + 2, 0, "left"], [-gap - 2, 0, "right"], [0, -gap - half, "center"], [0, gap + half, "center"]]
        : [[0, 0, "center"]];
      return places.map(([dx, dy, align]) => {
        const left = point.x + dx - (align === "center" ? width / 2 : align === "right" ? width : 0);
        const y = point.y + dy;
        return { x: left, y, boxes: [[left - 2, y - half, left + width + 2, y + half]] };
      });
    },

    // Names of rivers, roads and lines follow the line, letter by letter, the right way up.
    alongPath: function (label) {
      const size = this.map.getSize();
      const lines = label.path.map((line) => line.map((at) => this.map.latLngToContainerPoint(at)));
      const letters = Array.from(label.text);
      const spacing = label.spacing || 1.25;
      const widths = letters.map((letter) => this.measure({ ...label, text: letter }) * spacing);
      const total = widths.reduce((sum, width) => sum + width, 0);
      const found = [];
      for (const line of lines) {
        const along = [0];
        for (let i = 1; i < line.length; i++) along.push(along[i - 1] + line[i].distanceTo(line[i - 1]));
        const length = along[along.length - 1];
        if (length < total * 1.25) continue;
        const tries = Math.min(24, Math.max(3, Math.floor(length / 90)));
        for (let n = 0; n < tries; n++) {
          const share = tries === 1 ? 0.5 : (((n % 2 ? 1 : -1) * Math.ceil(n / 2)) / tries) + 0.5;
          const start = share * length - total / 2;
          if (start < 0 || start + total > length) continue;
          const glyphs = this.glyphs(line, along, start, letters, widths);
          if (!glyphs || !glyphs.some((glyph) => glyph.x > 0 && glyph.x < size.x && glyph.y > 0 && glyph.y < size.y)) continue;
          const half = label.size * 0.56;
          found.push({ glyphs, boxes: glyphs.map((g) => [g.x - half, g.y - half, g.x + half, g.y + half]) });
        }
      }
      return found;
    },

    glyphs: function (line, along, start, letters, widths) {
      const at = (distance) => {
        let i = 1;
        while (i < along.length - 1 && along[i] < distance) i++;
        const share = (distance - along[i - 1]) / (along[i] - along[i - 1] || 1);
        return { x: line[i - 1].x + (line[i].x - line[i - 1].x) * share, y: line[i - 1].y + (line[i].y - line[i - 1].y) * share };
      };
      const total = widths.reduce((sum, width) => sum + width, 0);
      const first = at(start);
      const last = at(start + total);
      const backwards = last.x < first.x;
      const glyphs = [];
      let distance = start;
      let previous = null;
      for (let n = 0; n < letters.length; n++) {
        const index = backwards ? letters.length - 1 - n : n;
        const a = at(distance);
        const b = at(distance + widths[index]);
        distance += widths[index];
        let angle = Math.atan2(b.y - a.y, b.x - a.x);
        if (backwards) angle += Math.PI;
        if (previous !== null && Math.abs(Math.sin((angle - previous) / 2)) > 0.35) return null;
        previous = angle;
        glyphs.push({ letter: letters[index], x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, angle });
      }
      return glyphs;
    },

    paint: function (label) {
      const context = this.context;
      context.font = this.font(label);
      context.strokeStyle = label.halo || "rgba(255,255,255,0.92)";
      context.lineWidth = Math.max(3.4, label.size * 0.25);
      context.fillStyle = label.colour;
      if (!label.candidate.glyphs) {
        context.textAlign = "left";
        context.strokeText(label.text, label.candidate.x, label.candidate.y);
        context.fillText(label.text, label.candidate.x, label.candidate.y);
        return;
      }
      context.textAlign = "center";
      for (const stroke of [true, false]) {
        for (const glyph of label.candidate.glyphs) {
          context.save();
          context.translate(glyph.x, glyph.y);
          context.rotate(glyph.angle);
          if (stroke) context.strokeText(glyph.letter, 0, 0);
          else context.fillText(glyph.letter, 0, 0);
          context.restore();
        }
      }
    },
  });
})();
