/* Puts the parts together: one map that stands, and a Scene that is applied to it again and again. */
(function () {
  "use strict";

  const HOME_ICON = "M3 9.5L10 3.5L17 9.5M5 8V16.5H15V8M8.5 16.5V11.5H11.5V16.5";
  const MEASURE_ICON = "M2.5 13.5L13.5 2.5L17.5 6.5L6.5 17.5ZM6 10L7.8 11.8M8.5 7.5L9.7 8.7M11 5L12.8 6.8";

  PlanMap.start = function (map, data, online) {
    const scene = { language: "zh", basemap: "offline", covered: false, layers: {}, tasks: "", fly: null, query: "", turn: 0, args: null };
    for (const layer of data.layers) scene.layers[layer.id] = { visible: layer.visible, opacity: layer.opacity };
    const text = (key) => data.texts[scene.language][key] || key;
    const home = L.latLngBounds(data.home);

    PlanMap.defineSymbols(data.style);
    const ground = new PlanMap.Ground(map, data);
    const sites = new PlanMap.Sites(map, data, {
      text,
      taskLetter: (index) => scene.tasks[index] || ".",
      select: (id) => bridge.select(id),
      measuring: (at) => measure.take(at),
    });
    const grid = new PlanMap.Grid(data.grid, data.style);
    const labels = new PlanMap.Labels(data.style, collect);
    // Before the legend: of two things at the bottom, Leaflet puts the later one above.
    map.attributionControl.setPrefix(false).setPosition("bottomleft");
    const legend = new PlanMap.Legend(map, data);
    const tree = new PlanMap.LayerTree(map, data, scene, { layer: setLayer, basemap: setBasemap });
    const measure = new PlanMap.Measure(map, data.style.accent, text);
    const bridge = new PlanMap.Bridge(render, filter);
    let started = false;

    controls();
    map.setMaxBounds([[37.2, 114.6], [41.4, 120.6]]).setMinZoom(8);

    function controls() {
      const bar = new L.Control({ position: "topleft" });
      bar.onAdd = () => {
        const box = L.DomUtil.create("div", "leaflet-bar pm-bar");
        L.DomEvent.disableClickPropagation(box);
        const home = PlanMap.button(box, "pm-home", HOME_ICON, goHome);
        const ruler = PlanMap.button(box, "pm-ruler", MEASURE_ICON, (link) => link.classList.toggle("pm-on", measure.toggle()));
        bar.rename = () => {
          for (const [link, key] of [[home, "map.home"], [ruler, "map.measure"]]) {
            link.title = text(key);
            link.setAttribute("aria-label", text(key));
          }
        };
        return box;
      };
      PlanMap.zoomControl = L.control.zoom({ position: "topleft" }).addTo(map);
      bar.addTo(map);
      PlanMap.bar = bar;
      if (document.fullscreenEnabled) PlanMap.fullScreen = new L.Control.FullScreen({ position: "topleft", forceSeparateButton: true }).addTo(map);
      PlanMap.readout(map, data.grid);
      L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
    }

    // The whole district stands clear of the open layer tree where the map is wide enough for both.
    function homePadding() {
      const wide = map.getSize().x >= 900;
      return { paddingTopLeft: [wide ? 56 : 12, 12], paddingBottomRight: [wide ? 252 : 12, wide ? 160 : 64] };
    }

    function goHome() {
      map.flyToBounds(home, { ...homePadding(), duration: 0.6 });
    }

    // Names of districts belong to the ground; all other labels come from the sites.
    function collect() {
      const { labels: found, obstacles } = sites.collect();
      const frame = map.getContainer().getBoundingClientRect();
      for (const panel of map.getContainer().querySelectorAll(".pm-panel, .leaflet-bar, .leaflet-control-scale, .leaflet-control-attribution")) {
        const box = panel.getBoundingClientRect();
        obstacles.push([box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top]);
      }
      if (scene.covered || !scene.layers[data.districtLayer]?.visible) return { labels: found.filter((label) => label.owner), obstacles };
      const zoom = map.getZoom();
      for (const feature of data.districts.features) {
        const focus = feature.id === data.focus;
        if (zoom < (focus ? 8 : 9) || (focus && zoom > 13.5)) continue;
        const names = { zh: feature.properties.name_zh, en: feature.properties.name_en };
        found.push({
          owner: null, text: PlanMap.words(names, scene.language), at: [feature.properties.label[1], feature.properties.label[0]],
          priority: focus ? 85 : 25, size: focus ? 17 : 12.5, weight: focus ? 600 : 500, colour: focus ? "#5F656E" : "#8D8A82",
          halo: "rgba(255,255,255,0.8)",
        });
      }
      return { labels: found, obstacles };
    }

    function setLayer(id, visible, opacity) {
      scene.layers[id] = { visible, opacity };
      applyLayer(id);
      refresh();
    }

    // Where pictures from the network are the ground, the drawn ground would only hide them.
    function applyLayer(id) {
      const state = scene.layers[id];
      const hidden = scene.covered && data.layers.find((layer) => layer.id === id).ground;
      sites.setLayer(id, state.visible && !hidden, state.opacity);
      if (id === data.gridLayer) {
        // Over pictures too: their position is checked against it.
        if (state.visible !== map.hasLayer(grid)) state.visible ? grid.addTo(map) : grid.remove();
        if (state.visible) grid.setOpacity(state.opacity);
      }
      if (id === data.districtLayer) ground.showBoundaries(state.visible, state.opacity);
    }

    function setBasemap(name) {
      if (name !== "offline" && !online[name]) {
        PlanMap.message(map, text("map.basemap-missing-" + name));
        return false;
      }
      for (const layer of Object.values(online).flat()) layer.remove();
      scene.basemap = name;
      scene.covered = false;
      ground.show(true);
      if (name !== "offline") {
        online[name][0].off("tileerror").once("tileerror", () => PlanMap.message(map, text("map.basemap-offline")));
        // The drawn ground stays until there are pictures to take its place.
        online[name][0].off("tileload").once("tileload", () => {
          if (scene.basemap !== name) return;
          scene.covered = true;
          ground.show(false);
          data.layers.forEach((layer) => applyLayer(layer.id));
          refresh();
        });
        for (const layer of online[name]) layer.addTo(map);
      }
      data.layers.forEach((layer) => applyLayer(layer.id));
      refresh();
      return true;
    }

    function refresh() {
      labels.redraw();
      const entries = sites.entries.map((entry) => ({
        site: entry.site,
        state: entry.state,
        inView: sites.inView(entry),
        symbol: Boolean(entry.marked && entry.markers.length),
        shape: entry.parts.length > 0,
        halo: Boolean(entry.halo && map.hasLayer(entry.halo)),
      }));
      legend.render(entries, text, !scene.layers[data.districtLayer]?.visible, map.hasLayer(grid) ? grid.step : null);
      address();
    }

    function address() {
      if (!started) return;
      const center = map.getCenter();
      const own = [];
      const shown = [];
      const hidden = [];
      const opacities = [];
      for (const layer of data.layers) {
        const state = scene.layers[layer.id];
        if (state.visible !== layer.visible) (state.visible ? shown : hidden).push(layer.id);
        if (state.opacity !== layer.opacity) opacities.push(layer.id + ":" + Math.round(state.opacity * 100));
      }
      own.push("at=" + [center.lat.toFixed(5), center.lng.toFixed(5), map.getZoom().toFixed(2)].join(","));
      if (scene.basemap !== "offline") own.push("base=" + scene.basemap);
      if (shown.length) own.push("show=" + shown.map(encodeURIComponent).sort().join(","));
      if (hidden.length) own.push("hide=" + hidden.map(encodeURIComponent).sort().join(","));
      if (opacities.length) own.push("opacity=" + opacities.map((part) => encodeURIComponent(part).replace("%3A", ":")).sort().join(","));
      bridge.address([scene.query, ...own].filter(Boolean).join("&"));
    }

    function first(args) {
      for (const id in args.layers || {}) if (scene.layers[id]) Object.assign(scene.layers[id], args.layers[id]);
      if (args.view) map.setView([args.view[0], args.view[1]], args.view[2], { animate: false });
      else map.fitBounds(home, { ...homePadding(), animate: false });
      data.layers.forEach((layer) => applyLayer(layer.id));
      labels.addTo(map);
      map.on("moveend", refresh);
      map.on("click", () => map.closePopup());
    }

    /**
     * Filter by status and evidence at once, while the page's script is still on its way to the same
     * result. The rules are those of layers/selection.py and layers/status.py; a test compares the two.
     */
    function filter({ statuses, evidence, turn }) {
      if (!started || turn <= scene.turn) return;
      scene.turn = turn;
      const wanted = new Set(statuses.map((status) => data.letters[status]));
      const passes = Array.from(scene.args.all, (letter, index) =>
        scene.args.candidates[index] === "1" &&
        (!wanted.size || wanted.has(letter.toLowerCase())) &&
        (!evidence || (scene.args.evidence[index] === "1") === (evidence === "with"))
      );
      const filtered = scene.args.filtered || wanted.size > 0 || Boolean(evidence);
      const found = new Set(scene.args.found);
      const letters = data.sites.map((site) => {
        const own = site.tasks.filter((index) => passes[index]).map((index) => scene.args.all[index]);
        if (!own.length) return site.tasks.length && filtered && !found.has(site.id) ? "." : "-";
        for (const lead of data.attention) {
          const leading = own.filter((letter) => letter.toLowerCase() === lead);
          if (leading.length) return leading.some((letter) => letter !== lead) ? lead.toUpperCase() : lead;
        }
        return "-";
      });
      scene.tasks = Array.from(scene.args.all, (letter, index) => (passes[index] ? letter : ".")).join("");
      sites.update(letters.join(""), [...sites.lit], scene.language);
      refresh();
    }

    /** Apply the arguments of a run: letters of sites and tasks, what is lit, where to fly. */
    function render(args) {
      if (args.digest !== data.digest) {
        // The plan has changed: letters by place in the old one would name the wrong sites.
        clearTimeout(bridge.reload);
        bridge.reload = setTimeout(() => window.location.reload(), 600);
        return;
      }
      const language = args.language || "zh";
      const renamed = !started || language !== scene.language;
      // A run that began before the last click on the strip knows less than the map does.
      const late = started && (args.turn || 0) < scene.turn;
      Object.assign(scene, { language, query: args.query || "", args });
      if (!late) Object.assign(scene, { tasks: args.tasks, turn: args.turn || 0 });
      document.documentElement.lang = language === "en" ? "en" : "zh-CN";
      sites.update(late ? sites.letters : args.sites, args.lit || [], language);
      if (!started) {
        first(args);
        scene.fly = args.fly ? args.fly.count : null;
        if (args.fly && !args.view) map.fitBounds(args.fly.bounds, { ...homePadding(), maxZoom: 15, animate: false });
        started = true;
        if (args.basemap && args.basemap !== "offline") setBasemap(args.basemap);
      } else if (args.fly && args.fly.count !== scene.fly) {
        scene.fly = args.fly.count;
        map.closePopup();
        map.flyToBounds(args.fly.bounds, { ...homePadding(), maxZoom: 15, duration: 0.7 });
      }
      if (renamed) rename();
      refresh();
      map.getContainer().dataset.ready = "yes";
      map.getContainer().dataset.run = args.run || "";
    }

    // Leaflet takes HTML here and writes the line anew for every layer that comes or goes.
    function credit() {
      const line = document.createElement("span");
      line.textContent = text("map.attribution");
      if (scene.credit) map.attributionControl.removeAttribution(scene.credit);
      scene.credit = line.innerHTML;
      map.attributionControl.addAttribution(scene.credit);
    }

    function rename() {
      measure.draw();
      tree.render(text, scene.language);
      PlanMap.bar.rename();
      const zoom = PlanMap.zoomControl.getContainer().querySelectorAll("a");
      [[zoom[0], "map.zoom-in"], [zoom[1], "map.zoom-out"]].forEach(([link, key]) => {
        link.title = text(key);
        link.setAttribute("aria-label", text(key));
      });
      const full = map.getContainer().querySelector(".leaflet-control-zoom-fullscreen");
      if (full) {
        full.title = text("map.full-screen");
        full.setAttribute("aria-label", text("map.full-screen"));
      }
      credit();
    }

    PlanMap.current = { map, scene, sites, labels, grid, render };
    if (bridge.embedded) bridge.ready();
    else render(data.initial);
  };
})();
