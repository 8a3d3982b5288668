/* The map itself, without what stands around it: ground, sites and labels, and a Scene's letters and layers. */
(function () {
  "use strict";

  PlanMap.Stage = class {
    /**
     * `callbacks` are `text` (the words for a key), `select` (a site was opened) and `measuring`; `reach` is that
     * of `Sites`.
     */
    constructor(map, data, callbacks, reach) {
      Object.assign(this, { map, data, language: "zh", tasks: "", covered: false, layers: {} });
      for (const layer of data.layers) this.layers[layer.id] = { visible: layer.visible, opacity: layer.opacity };
      PlanMap.defineSymbols(data.style);
      // Flights between views back away farther than anybody drags.
      const flights = reach === "tasks" && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      const beyond = flights ? 1.5 : 0.5;
      this.ground = new PlanMap.Ground(map, data, beyond);
      this.sites = new PlanMap.Sites(map, data, { ...callbacks, taskLetter: (index) => this.tasks[index] || "." }, reach, beyond);
      // A page that does not bring the projections has no grid.
      this.grid = PlanMap.Grid ? new PlanMap.Grid(data.grid, data.style) : null;
      this.labels = new PlanMap.Labels(data.style, () => this.collect());
    }

    /** Take over the letters of a Scene: of tasks and sites, and what is lit. */
    update({ language, tasks, sites, lit }) {
      this.language = language;
      this.tasks = tasks;
      this.sites.update(sites, lit, language);
    }

    /** How much larger than usual symbols, lines and names are. */
    resize(size) {
      this.sites.size = size;
      this.ground.size = size;
      this.map.getContainer().style.setProperty("--pm-size", size);
      this.ground.scale();
      this.sites.crowd();
      this.labels.redraw();
    }

    setLayer(id, visible, opacity) {
      this.layers[id] = { visible, opacity };
      this.applyLayer(id);
    }

    // Where pictures from the network are the ground, the drawn ground would only hide them.
    applyLayer(id) {
      const state = this.layers[id];
      const hidden = this.covered && this.data.layers.find((layer) => layer.id === id).ground;
      this.sites.setLayer(id, state.visible && !hidden, state.opacity);
      if (id === this.data.gridLayer && this.grid) {
        // Over pictures too: their position is checked against it.
        if (state.visible !== this.map.hasLayer(this.grid)) state.visible ? this.grid.addTo(this.map) : this.grid.remove();
        if (state.visible) this.grid.setOpacity(state.opacity);
      }
      if (id === this.data.districtLayer) this.ground.showBoundaries(state.visible, state.opacity);
    }

    applyLayers() {
      this.data.layers.forEach((layer) => this.applyLayer(layer.id));
    }

    get boundaryHidden() {
      return !this.layers[this.data.districtLayer]?.visible;
    }

    get gridStep() {
      return this.grid && this.map.hasLayer(this.grid) ? this.grid.step : null;
    }

    /** What the legend needs to know of each site. */
    entries() {
      return this.sites.entries.map((entry) => ({
        site: entry.site,
        state: entry.state,
        inView: this.sites.inView(entry),
        symbol: Boolean(entry.marked && entry.markers.length),
        small: Boolean(entry.marked && entry.markers.some((marker) => marker.small && !marker.thinned)),
        whole: Boolean(entry.marked && entry.markers.some((marker) => !marker.small && !marker.thinned)),
        shape: entry.parts.length > 0,
        halo: Boolean(entry.halo && this.map.hasLayer(entry.halo)),
      }));
    }

    // Names of districts belong to the ground; all other labels come from the sites.
    collect() {
      const { labels: found, obstacles } = this.sites.collect();
      const frame = this.map.getContainer().getBoundingClientRect();
      for (const panel of this.map.getContainer().querySelectorAll(".pm-panel, .leaflet-bar, .leaflet-control-scale, .leaflet-control-attribution")) {
        const box = panel.getBoundingClientRect();
        obstacles.push([box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top]);
      }
      if (this.covered || this.boundaryHidden) return { labels: found.filter((label) => label.owner), obstacles };
      const zoom = this.map.getZoom();
      const size = this.sites.size;
      for (const feature of this.data.districts.features) {
        const focus = feature.id === this.data.focus;
        if (zoom < (focus ? 8 : 9) || (focus && zoom > 13.5)) continue;
        const names = { zh: feature.properties.name_zh, en: feature.properties.name_en };
        found.push({
          owner: null, text: PlanMap.words(names, this.language), at: [feature.properties.label[1], feature.properties.label[0]],
          priority: focus ? 85 : 25, size: (focus ? 17 : 12.5) * size, weight: focus ? 600 : 500, colour: focus ? "#5F656E" : "#8D8A82",
          halo: "rgba(255,255,255,0.8)",
        });
      }
      return { labels: found, obstacles };
    }
  };
})();
