/* The views as pages, each with a map of its own: laid out side by side as the overview, one after another in print. */
(function () {
  "use strict";
  const make = L.DomUtil.create;
  /** A4, lying, in CSS pixels. */
  const PAGE = [297 * (96 / 25.4), 210 * (96 / 25.4)];

  PlanMap.Pages = class {
    /** `sections` hold the words of each view, `source` the line under every map; `open` shows a view. */
    constructor(data, text, sections, source, open) {
      Object.assign(this, { data, text, sections, source, open, built: 0, shown: false });
      this.box = document.getElementById("pages");
      this.cards = [];
    }

    /** Make up to `count` more pages, or all that are missing; go on with the rest when there is time. */
    build(count = Infinity) {
      const last = Math.min(this.sections.length, this.built + count);
      while (this.built < last) this.add(this.built++);
      if (this.built < this.sections.length) PlanMap.idle(() => this.build(1), 30);
    }

    add(index) {
      const section = this.sections[index];
      const card = make("div", "card", this.box);
      const page = make("div", "page", card);
      page.inert = true;
      const words = section.cloneNode(true);
      words.hidden = false;
      for (const element of [words, ...words.querySelectorAll("[id]")]) element.removeAttribute("id");
      words.removeAttribute("aria-labelledby");
      page.append(words);
      const side = make("div", "side", page);
      const place = make("div", "page-map", side);
      const legend = make("div", "legend", side);
      const foot = make("p", "page-foot", page);
      make("span", "", foot).textContent = this.source;
      make("b", "", foot).textContent = `${index + 1} / ${this.sections.length}`;
      this.draw(place, legend, this.data.views[index]);
      PlanMap.fit(words);
      const button = make("button", "pick", card);
      button.type = "button";
      button.setAttribute("aria-label", `${index + 1} ${section.dataset.title}`);
      button.addEventListener("click", () => { this.show(false, index); this.open(index); });
      this.cards.push(button);
    }

    draw(place, legendBox, view) {
      const map = L.map(place, { zoomControl: false, attributionControl: false, zoomSnap: 0, keyboard: false, zoomAnimation: false, fadeAnimation: false });
      const fit = () => map.fitBounds(view.bounds, { padding: [28, 28], animate: false });
      fit();
      const stage = new PlanMap.Stage(map, this.data, { text: this.text, select: () => {}, measuring: () => false }, "none");
      for (const id in view.layers) stage.layers[id] = view.layers[id];
      stage.update({ language: this.data.language, tasks: view.tasks, sites: view.sites, lit: view.lit });
      stage.applyLayers();
      const legend = new PlanMap.Legend(map, this.data, legendBox, true);
      legend.render(stage.entries(), this.text, stage.boundaryHidden, null);
      // The legend has taken some of the map's height.
      map.invalidateSize({ animate: false });
      fit();
      legend.render(stage.entries(), this.text, stage.boundaryHidden, null);
      L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 120 }).addTo(map);
      // Paper has three times the dots of a screen.
      stage.labels.ratio = 3;
      stage.labels.addTo(map);
      stage.labels.draw();
    }

    /** Show or hide the overview, with the card of the view `index` in focus. */
    show(on, index) {
      if (on) {
        this.build();
        this.scale();
      }
      this.shown = on;
      document.body.classList.toggle("overview", on);
      document.getElementById("show").inert = on;
      this.cards.forEach((card, at) => {
        if (at === index) card.setAttribute("aria-current", "page");
        else card.removeAttribute("aria-current");
      });
      if (on) this.cards[index].focus();
      else document.activeElement.blur();
    }

    /** Make the cards as large as lets all of them be seen at once, but not smaller than can be made out. */
    scale() {
      const gap = 0.016 * this.box.clientWidth;
      let best = 0.2;
      let columns = 4;
      for (let across = 1; across <= this.cards.length; across++) {
        const down = Math.ceil(this.cards.length / across);
        const wide = (this.box.clientWidth * 0.94 - gap * (across - 1)) / across / PAGE[0];
        const high = (this.box.clientHeight * 0.94 - gap * (down - 1)) / down / PAGE[1];
        const scale = Math.min(wide, high, 0.6);
        if (scale > best) [best, columns] = [scale, across];
      }
      this.box.style.setProperty("--across", columns);
      this.box.style.setProperty("--scale", best);
    }

    /** Move the focus by the arrow keys; return whether `key` was one of ours. */
    key(key) {
      const across = Number(this.box.style.getPropertyValue("--across"));
      const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, PageDown: 1, PageUp: -1 };
      const at = this.cards.indexOf(document.activeElement);
      const wanted = key === "Home" ? 0 : key === "End" ? this.cards.length - 1 : key in steps ? at + steps[key] : null;
      if (wanted === null) return false;
      const card = this.cards[Math.max(0, Math.min(this.cards.length - 1, wanted))];
      card.focus();
      return true;
    }
  };
})();
