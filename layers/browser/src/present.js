/* A briefing: one live map, views that follow one another, and the keys of a presenter's clicker. */
(function () {
  "use strict";
  const $ = (selector, root) => (root || document).querySelector(selector);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  const PADDING = [26, 26];

  /** Sizes follow the screen, so that what is read at a desk is read from the far end of a room. */
  function sizeOf(pixels) {
    return Math.max(1, pixels / 15);
  }

  PlanMap.present = function (map, data) {
    const text = (key) => data.texts[data.language][key] || key;
    const sections = [...document.querySelectorAll("section.view")];
    const slot = $(".map-slot");
    slot.append(map.getContainer());
    document.documentElement.lang = data.language === "en" ? "en" : "zh-CN";
    map.attributionControl.remove();
    const stage = new PlanMap.Stage(map, data, { text, select: () => {}, measuring: () => false }, "tasks");
    const legend = new PlanMap.Legend(map, data, $(".legend"), true);
    const pages = new PlanMap.Pages(data, text, sections, $(".source").textContent, go);
    const box = map.getContainer();
    let current = -1;
    // Whether it is us who move the map, and not somebody with a pointer.
    let ours = true;

    map.setMinZoom(7);
    const zoom = L.control.zoom({ position: "topright", zoomInTitle: text("map.zoom-in"), zoomOutTitle: text("map.zoom-out") }).addTo(map);
    for (const link of zoom.getContainer().querySelectorAll("a")) link.setAttribute("aria-label", link.title);
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 160 }).addTo(map);
    const again = backButton();

    function backButton() {
      const control = new L.Control({ position: "topright" });
      control.onAdd = () => {
        const bar = L.DomUtil.create("div", "leaflet-bar pm-again");
        PlanMap.button(bar, "", "M4 10A6 6 0 1 0 6 5.6M6 2.5V5.8H9.3", () => settle(true)).setAttribute("aria-label", text("present.again"));
        bar.title = text("present.again") + " (R)";
        bar.hidden = true;
        return bar;
      };
      return control.addTo(map).getContainer();
    }

    /** Type size, symbols and lines for the window as it is. */
    function measure() {
      map.invalidateSize({ animate: false });
      stage.resize(sizeOf(parseFloat(getComputedStyle(document.documentElement).fontSize)));
    }

    /** Keep room for the tallest legend of all views, so that the map is as high in each. */
    function reserve() {
      const shown = $(".legend");
      shown.style.minHeight = "";
      let tallest = 0;
      for (const view of data.views) {
        apply(view);
        map.fitBounds(view.bounds, { padding: PADDING, animate: false });
        drawLegend();
        tallest = Math.max(tallest, shown.offsetHeight);
      }
      shown.style.minHeight = `${tallest}px`;
      measure();
    }

    function remeasure() {
      const moved = again.hidden ? null : [map.getCenter(), map.getZoom()];
      ours = true;
      measure();
      reserve();
      apply(data.views[current]);
      PlanMap.fit(sections[current]);
      if (!moved) return settle(false);
      map.setView(...moved, { animate: false });
      ours = false;
    }

    function drawLegend() {
      legend.render(stage.entries(), text, stage.boundaryHidden, null);
    }

    function apply(view) {
      for (const id in view.layers) stage.setLayer(id, view.layers[id].visible, view.layers[id].opacity);
      stage.update({ language: data.language, tasks: view.tasks, sites: view.sites, lit: view.lit });
    }

    /** Bring the map to the current view. */
    function settle(animate) {
      const bounds = L.latLngBounds(data.views[current].bounds);
      // Ends whatever moves the map now, so that its end is not taken for ours.
      map.stop();
      ours = true;
      again.hidden = true;
      if (!animate || still.matches) {
        map.fitBounds(bounds, { padding: PADDING, animate: false });
        arrive();
        return;
      }
      box.classList.add("pm-flying");
      map.flyToBounds(bounds, { padding: PADDING, duration: 1.5, easeLinearity: 0.3 });
    }

    function arrive() {
      ours = false;
      box.classList.remove("pm-flying");
      drawLegend();
    }

    function go(index, animate = true) {
      const wanted = Math.max(0, Math.min(sections.length - 1, index));
      if (wanted === current) return;
      current = wanted;
      map.closePopup();
      sections.forEach((section, at) => { section.hidden = at !== wanted; });
      const section = sections[wanted];
      PlanMap.fit(section);
      apply(data.views[wanted]);
      settle(animate);
      const place = `${wanted + 1} / ${sections.length}`;
      $(".place").textContent = place;
      $("#said").textContent = `${place} ${section.dataset.title}`;
      const progress = $("#progress");
      progress.setAttribute("aria-valuenow", wanted + 1);
      progress.firstElementChild.style.width = `${(100 * (wanted + 1)) / sections.length}%`;
      for (const [name, off] of [["previous", wanted === 0], ["next", wanted === sections.length - 1]]) {
        $(`[data-do=${name}]`).setAttribute("aria-disabled", String(off));
      }
      document.title = `${section.dataset.title} · ${$("h1").textContent}`;
      $("#notes").textContent = $(".notes", section).textContent;
      box.dataset.view = wanted + 1;
      // A page that is loaded anew, or framed by another, comes back to the view.
      if (location.hash !== `#${wanted + 1}`) history.replaceState(history.state, "", `#${wanted + 1}`);
    }

    function fromAddress() {
      const asked = parseInt(location.hash.slice(1), 10);
      return Number.isInteger(asked) ? asked - 1 : 0;
    }

    /** Every task of the view with its status, for who asks. */
    function list() {
      const dialog = $("#list");
      if (dialog.open) return dialog.close();
      const rows = $("ul", dialog);
      rows.textContent = "";
      const { tasks: letters, about } = data.views[current];
      const shown = (about || data.tasks.map((_, index) => index)).filter((index) => PlanMap.decode(letters[index]).shown);
      for (const index of shown) {
        const task = data.tasks[index];
        const { status, backed } = PlanMap.decode(letters[index]);
        const row = L.DomUtil.create("li", "", rows);
        row.appendChild(PlanMap.picture("pm-status-" + (status || "none") + (backed ? "" : "-pale"), 16, "badge"));
        L.DomUtil.create("b", "task", row).textContent = PlanMap.words(task, data.language);
        if (task.target) L.DomUtil.create("strong", "", L.DomUtil.create("span", "target", row)).textContent = task.target;
        const how = L.DomUtil.create("span", "how", row);
        L.DomUtil.create("span", "", how).textContent = status ? text("status." + status) : text("status.none");
        if (status) L.DomUtil.create("span", "", how).textContent = text(backed ? "sheet.backed" : "sheet.only-stated");
      }
      $("h2", dialog).textContent = `${sections[current].dataset.title} · ${text("present.tasks")} ${shown.length}`;
      dialog.showModal();
      rows.focus({ preventScroll: true });
      rows.scrollTop = 0;
    }

    function fullScreen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else if (document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(() => {});
    }

    /** Close what lies over the view; tell the page around this one if there is nothing to close. */
    function close() {
      const dialog = $("dialog[open]");
      const card = $(".leaflet-popup", box);
      if (dialog) dialog.close();
      else if (pages.shown) pages.show(false, current);
      else if (card) map.closePopup();
      else if (!$("#notes").hidden) notes();
      else if (document.body.classList.contains("black")) document.body.classList.remove("black");
      else if (window.parent !== window) window.parent.postMessage({ type: "planmap:leave" }, "*");
    }

    function notes() {
      const panel = $("#notes");
      panel.hidden = !panel.hidden;
      $("[data-do=notes]").setAttribute("aria-pressed", String(!panel.hidden));
    }

    const actions = {
      next: () => go(current + 1),
      previous: () => go(current - 1),
      first: () => go(0),
      last: () => go(sections.length - 1),
      overview: () => pages.show(!pages.shown, current),
      notes,
      list,
      "full-screen": fullScreen,
      keys: () => ($("#keys").open ? $("#keys").close() : $("#keys").showModal()),
      black: () => document.body.classList.toggle("black"),
      again: () => settle(true),
      close,
    };
    const KEYS = {
      ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next", Enter: "next",
      ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", Backspace: "previous",
      Home: "first", End: "last", f: "full-screen", o: "overview", n: "notes", t: "list", h: "keys", "?": "keys",
      b: "black", ".": "black", r: "again", Escape: "close",
    };
    // What is open answers to its own keys; the rest wait until it is closed.
    const OVER = { list: ["list", "close"], keys: ["keys", "close"], pages: ["overview", "close", "full-screen"] };
    // But a clicker has only these, and must never be stuck.
    const TURNING = new Set(["PageDown", "PageUp", "ArrowRight", "ArrowLeft"]);

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const action = key === " " && event.shiftKey ? "previous" : KEYS[key];
      if (!action) return;
      // A button or a place on the map that has the focus is pressed by these two.
      const control = event.target.closest("button, a, [role=button], input");
      if (control && (key === " " || key === "Enter")) {
        // A link that stands in for a button knows only the second.
        if (control.tagName !== "A" || key === "Enter") return;
        event.preventDefault();
        return control.click();
      }
      // What does not fit is scrolled to before it is left.
      const step = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (step && !$("dialog[open]") && !pages.shown && scrolls(sections[current], step)) return event.preventDefault();
      const open = $("dialog[open]") ? $("dialog[open]").id : pages.shown ? "pages" : "";
      if (open === "pages" && pages.key(key)) return event.preventDefault();
      if (open && open !== "pages" && TURNING.has(key)) $("dialog[open]").close();
      else if (open && !OVER[open].includes(action)) return;
      if (action === "close" && open && open !== "pages") return;
      event.preventDefault();
      box.classList.add("pm-resting");
      if (document.body.classList.contains("black") && action !== "black") document.body.classList.remove("black");
      actions[action]();
    });
    for (const button of document.querySelectorAll("button[data-do]")) {
      button.addEventListener("click", (event) => {
        actions[button.dataset.do]();
        // Who points and then takes the clicker means the next view, not the same button again.
        if (event.detail) button.blur();
      });
    }
    // Leaflet keeps clicks on its buttons to itself.
    box.addEventListener("click", (event) => event.detail && setTimeout(() => document.activeElement.blur()), true);
    for (const dialog of document.querySelectorAll("dialog")) {
      $(".close", dialog).addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    }
    document.addEventListener("mousemove", (event) => {
      if (event.movementX || event.movementY) box.classList.remove("pm-resting");
    });
    window.addEventListener("hashchange", () => go(fromAddress()));
    window.addEventListener("beforeprint", () => pages.build());
    let waiting = 0;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(remeasure, 150);
    });
    map.on("moveend", arrive);
    map.on("dragstart zoomstart", () => { if (!ours) again.hidden = false; });

    map.fitBounds(data.views[0].bounds, { animate: false });
    measure();
    stage.applyLayers();
    reserve();
    stage.labels.addTo(map);
    go(fromAddress(), false);
    if (!document.fullscreenEnabled) $("[data-do=full-screen]").hidden = true;
    // Type that arrives after the first picture has other widths.
    document.fonts.ready.then(() => { PlanMap.fit(sections[current]); box.dataset.ready = "yes"; });
    // Made while the presenter is still talking about the first view, so that overview and print are there at once.
    PlanMap.idle(() => pages.build(1), 8000);
    PlanMap.briefing = { map, stage, go, pages, get current() { return current; } };
  };

  /** Scroll a section by most of what is seen of it; return whether there was anything left to see. */
  function scrolls(section, step) {
    const before = section.scrollTop;
    section.scrollBy(0, step * section.clientHeight * 0.8);
    return section.scrollTop !== before;
  }

  PlanMap.idle = function (task, delay) {
    setTimeout(() => (window.requestIdleCallback || ((run) => run()))(task), delay);
  };

  /** Give the tasks as much room as there is, then make all type of a section smaller until it is seen whole. */
  PlanMap.fit = function (section) {
    const overflows = () => section.scrollHeight > section.clientHeight + 1;
    section.style.setProperty("--fit", 1);
    for (const grow of [1.3, 1.2, 1.1, 1, 0.92, 0.84]) {
      section.style.setProperty("--grow", grow);
      if (!overflows()) return;
    }
    for (const fit of [0.93, 0.87, 0.81, 0.75, 0.69]) {
      section.style.setProperty("--fit", fit);
      if (!overflows()) return;
    }
  };
})();
