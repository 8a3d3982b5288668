/* Puts the parts together: one map that stands, and a Scene that is applied to it again and again. */
(function () {
  "use strict";

  const HOME_ICON = "M3 9.5L10 3.5L17 9.5M5 8V16.5H15V8M8.5 16.5V11.5H11.5V16.5";
  const MEASURE_ICON = "M2.5 13.5L13.5 2.5L17.5 6.5L6.5 17.5ZM6 10L7.8 11.8M8.5 7.5L9.7 8.7M11 5L12.8 6.8";

  PlanMap.start = function (map, data, online) {
    const scene = { basemap: "offline", fly: null, query: "", turn: 0, args: null };
    const text = (key) => data.texts[stage.language][key] || key;
    const home = L.latLngBounds(data.home);
    const stage = new PlanMap.Stage(map, data, {
      text,
      select: (id) => bridge.select(id),
      measuring: (at) => measure.take(at),
    });
    const { ground, sites, labels, grid } = stage;
    // Before the legend: of two things at the bottom, Leaflet puts the later one above.
    map.attributionControl.setPrefix(false).setPosition("bottomleft");
    const legend = new PlanMap.Legend(map, data);
    const tree = new PlanMap.LayerTree(map, data, { layers: stage.layers, basemap: () => scene.basemap }, { layer: setLayer, basemap: setBasemap });
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

    function setLayer(id, visible, opacity) {
      stage.setLayer(id, visible, opacity);
      refresh();
    }

    function setBasemap(name) {
      if (name !== "offline" && !online[name]) {
        PlanMap.message(map, text("map.basemap-missing-" + name));
        return false;
      }
      for (const layer of Object.values(online).flat()) layer.remove();
      scene.basemap = name;
      stage.covered = false;
      ground.show(true);
      if (name !== "offline") {
        online[name][0].off("tileerror").once("tileerror", () => PlanMap.message(map, text("map.basemap-offline")));
        // The drawn ground stays until there are pictures to take its place.
        online[name][0].off("tileload").once("tileload", () => {
          if (scene.basemap !== name) return;
          stage.covered = true;
          ground.show(false);
          stage.applyLayers();
          refresh();
        });
        for (const layer of online[name]) layer.addTo(map);
      }
      stage.applyLayers();
      refresh();
      return true;
    }

    function refresh() {
      labels.redraw();
      legend.render(stage.entries(), text, stage.boundaryHidden, stage.gridStep);
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
        const state = stage.layers[layer.id];
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
      for (const id in args.layers || {}) if (stage.layers[id]) Object.assign(stage.layers[id], args.layers[id]);
      if (args.view) map.setView([args.view[0], args.view[1]], args.view[2], { animate: false });
      else map.fitBounds(home, { ...homePadding(), animate: false });
      stage.applyLayers();
      labels.addTo(map);
      map.on("moveend", refresh);
      map.on("click", () => map.closePopup());
    }

    /**
     * Filter by status and evidence at once, while the page's script is still on its way to the same
     * result. The rules are those of layers/selection/select.py and layers/selection/status.py; a test compares the two.
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
      const tasks = Array.from(scene.args.all, (letter, index) => (passes[index] ? letter : ".")).join("");
      stage.update({ language: stage.language, tasks, sites: letters.join(""), lit: [...sites.lit] });
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
      const renamed = !started || language !== stage.language;
      // A run that began before the last click on the strip knows less than the map does.
      const late = started && (args.turn || 0) < scene.turn;
      Object.assign(scene, { query: args.query || "", args });
      if (!late) scene.turn = args.turn || 0;
      document.documentElement.lang = language === "en" ? "en" : "zh-CN";
      stage.update({ language, tasks: late ? stage.tasks : args.tasks, sites: late ? sites.letters : args.sites, lit: args.lit || [] });
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
      tree.render(text, stage.language);
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

    PlanMap.current = { map, scene, stage, sites, labels, grid, render };
    // Around it the page may not be up yet, but it says what to show.
    const opening = bridge.opening();
    if (opening) render(opening);
    if (!bridge.embedded) render(data.initial);
    else bridge.ready();
    bridge.painted();
  };
})();
