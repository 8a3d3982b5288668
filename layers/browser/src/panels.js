/* What stands on the map: layer tree, legend, readout, buttons, messages. All text goes in as text. */
(function () {
  "use strict";
  const make = L.DomUtil.create;

  function panel(map, position, className) {
    const control = new L.Control({ position });
    control.onAdd = () => {
      const box = make("div", "pm-panel " + className);
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
    return control.getContainer();
  }

  /** A panel with a heading that opens and closes it. */
  function folding(box, id, open) {
    box.textContent = "";
    const button = make("button", "pm-heading", box);
    button.type = "button";
    const body = make("div", "pm-body", box);
    body.id = id;
    button.setAttribute("aria-controls", id);
    const set = (value) => {
      box.classList.toggle("pm-open", value);
      button.setAttribute("aria-expanded", String(value));
    };
    L.DomEvent.on(button, "click", () => set(!box.classList.contains("pm-open")));
    set(open);
    return { button, body };
  }

  PlanMap.LayerTree = class {
    /** `scene` has the state of the `layers` by id, and tells the `basemap`. */
    constructor(map, data, scene, callbacks) {
      Object.assign(this, { map, data, scene, callbacks });
      this.box = panel(map, "topright", "pm-layers");
      this.open = map.getSize().x >= 760;
    }

    render(text, language) {
      if (this.box.childNodes.length) this.open = this.box.classList.contains("pm-open");
      const { button, body } = folding(this.box, "pm-layer-tree", this.open);
      button.textContent = text("map.layers");
      for (const group of this.data.groups) {
        const members = this.data.layers.filter((layer) => layer.group === group.id);
        if (!members.length) continue;
        const set = make("fieldset", "", body);
        make("legend", "", set).textContent = PlanMap.words(group, language);
        for (const layer of members) this.row(set, layer, text, language);
      }
      const set = make("fieldset", "", body);
      make("legend", "", set).textContent = text("map.basemap");
      for (const name of this.data.basemaps) this.choice(set, name, text);
    }

    row(set, layer, text, language) {
      const state = this.scene.layers[layer.id];
      const row = make("div", "pm-row" + (state.visible ? "" : " pm-off"), set);
      const label = make("label", "", row);
      const check = make("input", "", label);
      check.type = "checkbox";
      check.checked = state.visible;
      check.dataset.layer = layer.id;
      make("span", "", label).textContent = PlanMap.words(layer, language);
      const slide = make("input", "", row);
      Object.assign(slide, { type: "range", min: 10, max: 100, step: 5, value: Math.round(state.opacity * 100) });
      slide.setAttribute("aria-label", text("map.opacity") + " " + PlanMap.words(layer, language));
      slide.title = text("map.opacity") + " " + slide.value + "%";
      slide.disabled = !state.visible;
      L.DomEvent.on(check, "change", () => {
        row.classList.toggle("pm-off", !check.checked);
        slide.disabled = !check.checked;
        this.callbacks.layer(layer.id, check.checked, slide.value / 100);
      });
      L.DomEvent.on(slide, "input", () => {
        slide.title = text("map.opacity") + " " + slide.value + "%";
        this.callbacks.layer(layer.id, check.checked, slide.value / 100);
      });
    }

    choice(set, name, text) {
      const label = make("label", "pm-row", set);
      const radio = make("input", "", label);
      Object.assign(radio, { type: "radio", name: "pm-basemap", value: name, checked: this.scene.basemap() === name });
      make("span", "", label).textContent = text("basemap." + name);
      L.DomEvent.on(radio, "change", () => {
        if (!this.callbacks.basemap(name)) set.querySelector('[value="' + this.scene.basemap() + '"]').checked = true;
      });
    }
  };

  PlanMap.Legend = class {
    /**
     * In `box`, where there is one, else on the map, where it can be folded away. A `brief` one leaves out what
     * nobody asks for in a room, and tells statuses with and without evidence apart by name.
     */
    constructor(map, data, box, brief) {
      Object.assign(this, { map, data, folds: !box, brief });
      this.box = box || panel(map, "bottomleft", "pm-legend");
      this.open = map.getSize().x >= 760;
    }

    /** List what is on the map now, and nothing else. */
    render(entries, text, groundHidden, gridStep) {
      const seen = entries.filter((entry) => entry.inView);
      const key = JSON.stringify([text("map.legend"), groundHidden, gridStep, seen.map((e) => [e.site.category, e.state.status, e.state.backed, e.site.precision, e.halo, e.small, e.whole])]);
      if (key === this.key) return;
      this.key = key;
      const body = this.folds ? this.fold(text) : this.box;
      if (!this.folds) body.textContent = "";
      const symbols = seen.filter((entry) => entry.symbol);
      this.part(body, text("legend.status"), this.statuses(symbols, text));
      this.part(body, text("legend.category"), this.categories(symbols, text));
      this.part(body, text("legend.lines"), this.lines(seen, text, groundHidden, gridStep));
    }

    fold(text) {
      if (this.box.childNodes.length) this.open = this.box.classList.contains("pm-open");
      const { button, body } = folding(this.box, "pm-legend-list", this.open);
      button.textContent = text("map.legend");
      return body;
    }

    part(body, title, rows) {
      if (!rows.length) return;
      const list = make("ul", "", body);
      list.setAttribute("aria-label", title);
      for (const [picture, words] of rows) {
        const item = make("li", "", list);
        item.appendChild(picture);
        make("span", "", item).textContent = words;
      }
    }

    statuses(symbols, text) {
      const rows = [];
      if (this.brief) {
        for (const status of Object.keys(this.data.style.status)) {
          for (const backed of [true, false]) {
            if (!symbols.some((entry) => entry.state.status === status && entry.state.backed === backed)) continue;
            const words = text("status." + status) + text(backed ? "sheet.backed" : "sheet.only-stated");
            rows.push([PlanMap.picture("pm-status-" + status + (backed ? "" : "-pale"), 16), words]);
          }
        }
        return rows;
      }
      for (const status of Object.keys(this.data.style.status)) {
        const having = symbols.filter((entry) => entry.state.status === status);
        if (having.length) {
          const backed = having.some((entry) => entry.state.backed);
          rows.push([PlanMap.picture("pm-status-" + status + (backed ? "" : "-pale"), 16), text("status." + status)]);
        }
      }
      if (symbols.some((entry) => entry.state.status && !entry.state.backed)) {
        const swatch = make("i", "pm-swatch pm-pale");
        rows.push([swatch, text("legend.pale")]);
      }
      return rows;
    }

    categories(symbols, text) {
      const named = symbols.filter((entry) => !this.brief || entry.state.status);
      const present = new Set(named.filter((entry) => entry.whole).map((entry) => entry.site.category));
      const rows = Object.keys(this.data.style.categories)
        .filter((category) => present.has(category))
        .map((category) => [PlanMap.picture("pm-category-" + category, 14, "pm-ink"), text("category." + category)]);
      if (named.some((entry) => entry.small)) rows.push([this.small(), text("legend.small")]);
      return rows;
    }

    lines(seen, text, groundHidden, gridStep) {
      const rows = [];
      const drawn = new Set(seen.filter((entry) => entry.shape).map((entry) => entry.site.category));
      for (const category of Object.keys(this.data.style.categories)) {
        if (!drawn.has(category) || (this.brief && this.data.style.details.includes(category))) continue;
        const strokes = this.data.style.ground[this.data.style.categories[category].ground] || this.data.style.ground[""];
        rows.push([this.sample(strokes, category), text("category." + category)]);
      }
      if (!groundHidden) rows.push([this.sample([{ colour: this.data.style.boundary, width: 2.2 }], "line"), text("legend.boundary")]);
      if (gridStep) {
        const width = gridStep < 1000 ? gridStep + " m" : gridStep / 1000 + " km";
        rows.push([this.sample([{ colour: "#CFCABD", width: 1 }], "line"), text("legend.grid") + " " + width]);
      }
      if (seen.some((entry) => entry.halo)) rows.push([this.halo(), text("legend.halo")]);
      if (seen.some((entry) => entry.shape && entry.site.precision === "nominal")) {
        rows.push([this.sample([{ colour: "#5B6470", width: 1.4, dash: this.data.style.dash.nominal }], "line"), text("legend.nominal")]);
      }
      return rows;
    }

    sample(strokes, category) {
      const svg = PlanMap.svg("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
      for (const stroke of strokes) {
        const look = { stroke: stroke.colour || "none", "stroke-width": stroke.width || 1, fill: stroke.fill || "none", "fill-opacity": stroke.fill_opacity || 0 };
        if (stroke.dash) look["stroke-dasharray"] = stroke.dash;
        if (stroke.radius) PlanMap.svg("circle", { cx: 13, cy: 7, r: stroke.radius + 0.6, ...look }, svg);
        else if (stroke.fill) PlanMap.svg("rect", { x: 2, y: 2, width: 22, height: 10, rx: 2, ...look }, svg);
        else PlanMap.svg("path", { d: "M1 7H25", ...look }, svg);
      }
      return svg;
    }

    small() {
      const svg = PlanMap.svg("svg", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" });
      PlanMap.svg("circle", { ...PlanMap.DOT, cx: 7, cy: 7 }, svg);
      return svg;
    }

    halo() {
      const svg = PlanMap.svg("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
      PlanMap.svg("circle", { cx: 13, cy: 7, r: 6, fill: "#5B6470", "fill-opacity": 0.08, stroke: "#5B6470", "stroke-dasharray": "3 2.4" }, svg);
      return svg;
    }
  };

  /** Position under the pointer in WGS 84 and on the CGCS2000 grid. */
  PlanMap.readout = function (map, definition) {
    const box = panel(map, "bottomright", "pm-readout");
    box.setAttribute("role", "status");
    const show = (at) => {
      const [east, north] = PlanMap.toGrid(definition, at.lng, at.lat);
      box.textContent = "WGS 84 " + at.lng.toFixed(5) + "°E " + at.lat.toFixed(5) + "°N · CGCS2000 E " + east.toFixed(0) + " N " + north.toFixed(0) + " m";
    };
    map.on("mousemove", (event) => show(event.latlng));
    map.on("moveend", () => show(map.getCenter()));
    show(map.getCenter());
  };

  /** A button in Leaflet's own bar. */
  PlanMap.button = function (bar, className, path, onClick) {
    const link = make("a", className, bar);
    link.href = "#";
    link.setAttribute("role", "button");
    const svg = PlanMap.svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" }, link);
    PlanMap.svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linejoin": "round", "stroke-linecap": "round" }, svg);
    L.DomEvent.on(link, "click", (event) => { L.DomEvent.stop(event); onClick(link); });
    return link;
  };

  /** A line of text over the map that goes away by itself. */
  PlanMap.message = function (map, words) {
    let box = map.getContainer().querySelector(".pm-message");
    if (!box) {
      box = make("div", "pm-message", map.getContainer());
      box.setAttribute("role", "alert");
    }
    box.textContent = words;
    box.hidden = false;
    clearTimeout(box.timer);
    box.timer = setTimeout(() => { box.hidden = true; }, 8000);
  };
})();
