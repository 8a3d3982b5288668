/* The plan's sites: shapes, accuracy halos, markers, popups. Changes are applied in place. */
(function () {
  "use strict";

  // One letter per status; upper case is backed by evidence. "-" stands for no task, "." for hidden.
  const STATUS = { p: "planned", s: "seeking", i: "in_progress", d: "done", l: "delayed", x: "stopped" };

  // What is not exact must not look like land or water that is there.
  const FAINT = 0.45;

  PlanMap.decode = function (letter) {
    const status = STATUS[letter.toLowerCase()] || null;
    return { shown: letter !== ".", status, backed: status !== null && letter !== letter.toLowerCase() };
  };

  PlanMap.Sites = class {
    /** What can be reached by keyboard is `reach`: "all" sites, those with "tasks", or "none", nor by pointer then. */
    constructor(map, data, callbacks, reach, beyond) {
      this.map = map;
      this.data = data;
      this.callbacks = callbacks;
      this.reach = reach || "all";
      this.beyond = beyond;
      /** How much larger than usual symbols and names are; the style sheet knows it as --pm-size. */
      this.size = 1;
      this.letters = "";
      this.lit = new Set();
      this.layers = new Map();
      data.layers.forEach((layer, index) => this.addLayer(layer, index));
      this.entries = data.sites.map((site, index) => this.addSite(site, index));
      this.byId = new Map(this.entries.map((entry) => [entry.site.id, entry]));
      map.on("zoomend", () => {
        for (const entry of this.entries) {
          if (entry.area) this.present(entry);
          if (entry.marked && entry.markers.length > 1) this.thin(entry);
        }
        this.crowd();
        this.halos();
      });
    }

    addLayer(layer, index) {
      const name = "pm-layer-" + index;
      // Water lies over the veil around the district: the river is the district's edge.
      const order = layer.id === this.data.waterLayer ? 392 : layer.ground ? 380 - index : 560 - index;
      const pane = PlanMap.pane(this.map, name, order);
      pane.classList.add("pm-pane");
      const renderer = L.svg({ pane: name, padding: this.beyond });
      this.layers.set(layer.id, { layer, pane, name, renderer, visible: true, opacity: 1 });
    }

    addSite(site, index) {
      const home = this.layers.get(site.layer);
      const entry = { site, index, home, parts: [], markers: [], halo: null, shown: false, state: PlanMap.decode("."), lit: false };
      if (!site.geometry) return entry;
      const category = this.data.style.categories[site.category];
      const simple = site.geometry.type === "Point" || site.geometry.type === "MultiPoint";
      const dash = this.data.style.dash[site.precision];
      if (home.layer.ground) {
        if (!(site.category === "district")) {
          const strokes = this.data.style.ground[category.ground] || this.data.style.ground[""];
          entry.parts = PlanMap.drawGround(site.geometry, strokes, home.name, home.renderer);
        }
      } else {
        if (!simple) {
          const strokes = (this.data.style.ground[category.ground] || this.data.style.ground[""]).map((stroke, i, all) =>
            dash && i === all.length - 1 ? { ...stroke, dash, fill_opacity: (stroke.fill_opacity || 0) * FAINT } : stroke
          );
          entry.parts = PlanMap.drawGround(site.geometry, strokes, home.name, home.renderer);
        }
        // An area that no commitment hangs on is its own symbol.
        const marked = simple || site.tasks.length > 0;
        entry.area = site.geometry.type.includes("Polygon");
        entry.markers = marked ? site.anchors.map((at) => this.addMarker(entry, at)) : [];
        if (simple && site.accuracy) entry.halo = this.makeHalo(site, home, dash);
      }
      for (const part of this.reach === "none" ? [] : entry.parts) {
        part.on("click", (event) => { L.DomEvent.stop(event); this.open(entry, event.latlng); });
        part.bindTooltip(() => this.tooltip(entry), { sticky: true, className: "pm-tooltip" });
      }
      return entry;
    }

    addMarker(entry, at) {
      const icon = L.divIcon({ html: "", className: "pm-site", iconSize: null });
      const interactive = this.reach !== "none";
      const keyboard = this.reach === "all" || (interactive && entry.site.tasks.length > 0);
      const marker = L.marker(at, { icon, keyboard, interactive, riseOnHover: true, pane: "markerPane" });
      if (!interactive) return marker;
      marker.bindTooltip(() => this.tooltip(entry), { direction: "top", offset: [0, -12], className: "pm-tooltip" });
      marker.on("click", () => this.open(entry, marker.getLatLng()));
      // Leaflet lets people tab to a marker, but turns Enter into a click only where it opens a popup itself.
      marker.on("keypress", (event) => event.originalEvent.key === "Enter" && this.open(entry, marker.getLatLng()));
      return marker;
    }

    // The circle within which the true position is expected. Only drawn where it is wider than the symbol.
    makeHalo(site, home, dash) {
      const group = L.layerGroup();
      for (const at of site.anchors) {
        group.addLayer(L.circle(at, {
          radius: site.accuracy, pane: home.name, renderer: home.renderer, interactive: false,
          color: "#5B6470", weight: 1, dashArray: dash || "5 4", fillColor: "#5B6470", fillOpacity: 0.06,
        }));
      }
      return group;
    }

    haloWide(site) {
      const map = this.map;
      const metres = 40075016.686 * Math.cos((site.anchors[0][0] * Math.PI) / 180) / (256 * 2 ** map.getZoom());
      return site.accuracy / metres > 20;
    }

    halos() {
      for (const entry of this.entries) {
        if (!entry.halo) continue;
        const wanted = entry.shown && entry.home.visible && this.haloWide(entry.site);
        if (wanted !== this.map.hasLayer(entry.halo)) wanted ? entry.halo.addTo(this.map) : entry.halo.remove();
      }
    }

    /** Take over the letters of all sites; only what changed is touched. */
    update(letters, lit, language) {
      const changed = this.language !== language;
      this.language = language;
      const newlyLit = new Set(lit);
      this.entries.forEach((entry, index) => {
        const isLit = newlyLit.has(entry.site.id);
        if (!changed && this.letters[index] === letters[index] && entry.lit === isLit) return;
        entry.state = PlanMap.decode(letters[index] || ".");
        entry.lit = isLit;
        this.dress(entry);
        this.present(entry);
      });
      this.letters = letters;
      this.lit = newlyLit;
      this.crowd();
      this.halos();
    }

    dress(entry) {
      for (const part of entry.parts) {
        part.eachLayer((shape) => {
          const element = shape.getElement && shape.getElement();
          if (element) element.classList.toggle("pm-lit", entry.lit);
        });
      }
      for (const marker of entry.markers) this.dressMarker(entry, marker);
    }

    dressMarker(entry, marker) {
      const { status, backed } = entry.state;
      const element = marker.getElement();
      if (!element) return;
      const style = this.data.style;
      element.dataset.status = status || "none";
      element.style.backgroundImage = marker.small
        ? PlanMap.smallPicture(style, status, backed)
        : PlanMap.markerPicture(style, entry.site.category, status, backed);
      element.classList.toggle("pm-lit", entry.lit);
      element.classList.toggle("pm-small", Boolean(marker.small));
      // A small one would vanish under its neighbour; one without tasks is not worth a hole in that.
      const order = entry.lit ? 2000 : !status ? (marker.small ? -100 : 0) : marker.small ? 700 : 500;
      if (marker.options.zIndexOffset !== order) marker.setZIndexOffset(order);
      this.name(element, entry);
    }

    /** Make small what would lie over a symbol of more weight: lit, with tasks, with more of them. */
    crowd() {
      const far = this.map.getContainer().classList.contains("pm-far");
      const symbols = [];
      for (const entry of this.entries) {
        if (!entry.marked) continue;
        const radius = this.radius(entry) * (far && !entry.lit ? 0.72 : 1);
        const weight = (entry.lit ? 1e6 : 0) + (entry.state.status ? 1e4 : 0) + entry.site.tasks.length;
        for (const marker of entry.markers) {
          if (marker.thinned) continue;
          const { x, y } = this.map.latLngToLayerPoint(marker.getLatLng());
          symbols.push({ entry, marker, weight, x, y, radius, lit: entry.lit });
        }
      }
      const crowded = PlanMap.crowded(symbols.sort((a, b) => b.weight - a.weight));
      for (const symbol of symbols) {
        const small = crowded.has(symbol);
        if (Boolean(symbol.marker.small) === small) continue;
        symbol.marker.small = small;
        this.dressMarker(symbol.entry, symbol.marker);
      }
    }

    /** Of a symbol in full, in pixels, the badge left out. */
    radius(entry) {
      return (entry.lit ? 16 : entry.state.status ? 13 : 9) * this.size;
    }

    name(element, entry) {
      const words = PlanMap.words(entry.site, this.language);
      if (element.getAttribute("aria-label") === words) return;
      element.dataset.site = entry.site.id;
      // Only what can be reached is named: the words on the map say the rest.
      if (element.hasAttribute("role")) element.setAttribute("aria-label", words);
    }

    present(entry) {
      const shown = entry.state.shown && entry.home.visible;
      const marked = shown && (!entry.area || this.roomy(entry));
      if (shown === entry.shown && marked === entry.marked) {
        if (entry.opacity !== entry.home.opacity) for (const marker of entry.markers) marker.setOpacity(entry.home.opacity);
        entry.opacity = entry.home.opacity;
        return;
      }
      entry.shown = shown;
      entry.marked = marked;
      let fresh = false;
      for (const part of entry.parts) shown ? part.addTo(this.map) : part.remove();
      // Markers stay on the map once they were shown: hiding an element is far cheaper than a new one.
      for (const marker of entry.markers) {
        if (marked && !this.map.hasLayer(marker)) {
          marker.addTo(this.map);
          fresh = true;
        }
        const element = marker.getElement();
        if (element) element.style.display = marked ? "" : "none";
      }
      if (marked && entry.markers.length > 1) this.thin(entry);
      if (shown && (fresh || entry.parts.length)) this.dress(entry);
      if (entry.opacity !== entry.home.opacity) for (const marker of entry.markers) marker.setOpacity(entry.home.opacity);
      entry.opacity = entry.home.opacity;
    }

    // A site of several places shows one symbol where they would lie over each other.
    thin(entry) {
      const taken = [];
      for (const marker of entry.markers) {
        const point = this.map.latLngToContainerPoint(marker.getLatLng());
        marker.thinned = taken.some((other) => other.distanceTo(point) < 34 * this.size);
        if (!marker.thinned) taken.push(point);
        const element = marker.getElement();
        if (element) element.style.display = marker.thinned ? "none" : "";
      }
    }

    setLayer(id, visible, opacity) {
      const home = this.layers.get(id);
      const changed = home.visible !== visible || home.opacity !== opacity;
      home.visible = visible;
      home.opacity = opacity;
      home.pane.style.opacity = opacity;
      if (!changed) return;
      for (const entry of this.entries) if (entry.home === home) this.present(entry);
      this.crowd();
      this.halos();
    }

    tooltip(entry) {
      const box = L.DomUtil.create("div");
      L.DomUtil.create("b", "", box).textContent = PlanMap.words(entry.site, this.language);
      const line = L.DomUtil.create("div", "pm-small", box);
      line.textContent = this.callbacks.text("category." + entry.site.category) + " · " + this.callbacks.text("precision." + entry.site.precision);
      return box;
    }

    /** The card of a site: its name, how exact it is, its tasks with their status. */
    open(entry, at) {
      // Who measures from a place clicks on it.
      if (this.callbacks.measuring(at)) return;
      const text = this.callbacks.text;
      const box = L.DomUtil.create("div", "pm-card");
      L.DomUtil.create("h3", "", box).textContent = PlanMap.words(entry.site, this.language);
      const meta = L.DomUtil.create("div", "pm-small", box);
      const accuracy = entry.site.accuracy ? " · ±" + entry.site.accuracy + " m" : "";
      meta.textContent = text("category." + entry.site.category) + " · " + text("precision." + entry.site.precision) + accuracy;
      const list = L.DomUtil.create("ul", "", box);
      for (const index of entry.site.tasks) {
        const state = PlanMap.decode(this.callbacks.taskLetter(index));
        if (!state.shown) continue;
        const item = L.DomUtil.create("li", "", list);
        if (state.status) item.appendChild(PlanMap.picture("pm-status-" + state.status + (state.backed ? "" : "-pale"), 16));
        L.DomUtil.create("span", "", item).textContent = PlanMap.words(this.data.tasks[index], this.language);
      }
      if (!list.childNodes.length) L.DomUtil.create("div", "pm-small", box).textContent = text("map.no-tasks");
      // The card says what the tooltip says, and lies over it.
      for (const part of [...entry.parts, ...entry.markers]) part.closeTooltip();
      const card = L.popup({ maxWidth: Math.min(280 * this.size, this.map.getSize().x - 60), className: "pm-popup", autoPanPadding: [20, 20] }).setLatLng(at).setContent(box).openOn(this.map);
      card.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", text("map.close"));
      this.callbacks.select(entry.site.id);
    }

    // The symbol of a small area would only hide what lies in it.
    roomy(entry) {
      const [southWest, northEast] = entry.site.bounds.map((at) => this.map.latLngToContainerPoint(at));
      return entry.lit || (Math.abs(northEast.x - southWest.x) > 90 && Math.abs(southWest.y - northEast.y) > 45);
    }

    inView(entry) {
      if (!entry.shown || !entry.site.geometry) return false;
      const bounds = this.map.getBounds();
      if (!bounds.intersects(entry.site.bounds)) return false;
      // The box of a long line reaches where the line does not; its bends stand close enough together.
      return !entry.site.lines || entry.lit || entry.site.lines.some((line) => line.some((at, index) => {
        const next = line[index + 1] || at;
        return bounds.contains(at) || bounds.contains([(at[0] + next[0]) / 2, (at[1] + next[1]) / 2]);
      }));
    }

    /** Labels and the boxes that symbols take, for the label layer. */
    collect() {
      const map = this.map;
      const zoom = map.getZoom();
      const labels = [];
      const obstacles = [];
      const style = this.data.style;
      const size = this.size;
      for (const entry of this.entries) {
        const site = entry.site;
        if (!site.geometry || !entry.shown || !this.inView(entry)) continue;
        const category = style.categories[site.category];
        const ground = entry.home.layer.ground;
        const small = entry.marked && entry.markers.length > 0 && entry.markers.every((marker) => marker.small || marker.thinned);
        const big = (Boolean(entry.state.status) && !small && (!entry.area || entry.marked)) || entry.lit;
        if (entry.area && !entry.marked && !entry.site.tasks.length && zoom < 12.5) continue;
        for (const marker of entry.marked ? entry.markers.filter((one) => !one.thinned) : []) {
          const point = map.latLngToContainerPoint(marker.getLatLng());
          const radius = (marker.small ? 7 : big ? 13 : 9) * size;
          obstacles.push(Object.assign([point.x - radius, point.y - radius, point.x + radius, point.y + radius], { owner: site.id }));
        }
        // What no commitment hangs on keeps quiet until there is room.
        const from = entry.lit ? 0 : big ? Math.min(category.label_zoom, 10) : ground ? category.label_zoom : category.label_zoom + 1.5;
        // Larger names need more room.
        if (zoom < from + (big ? 0 : Math.log2(size)) || site.category === "district") continue;
        const lines = ground && site.geometry.type.includes("LineString");
        const exact = site.precision !== "nominal";
        labels.push({
          owner: site.id,
          text: lines && exact ? PlanMap.words(site, this.language).split(/[（(]/)[0].trim() : PlanMap.words(site, this.language),
          priority: category.priority + (big ? 40 : 0) + (entry.lit ? 200 : 0) - (ground ? 30 : 0),
          size: (entry.lit ? 15 : big ? 13.5 : ground ? 11 : 12) * size,
          weight: entry.lit ? 700 : big ? 600 : 500,
          colour: entry.lit ? style.accent : category.ground === "river" || category.ground === "water" ? "#3F7CA8" : category.ground.startsWith("metro") ? "#6F5A91" : ground ? "#6B6F76" : style.ink,
          gap: (entry.lit && !ground ? 26 : ground ? 5 : big ? 13 : 10) * size,
          ...(lines ? { path: site.lines, gap: 0, spacing: site.category === "river" ? 1.9 : 1.15, size: (site.category === "river" || big ? 13 : 11) * size } : { at: site.anchors[0] }),
        });
      }
      return { labels, obstacles };
    }
  };

  /** The words of a site, task, layer or group in the language of the Scene. */
  PlanMap.words = function (thing, language) {
    return language === "en" ? thing.en || thing.zh : thing.zh || thing.en;
  };
})();
