/* The line to the page around the map: its messages and the address bar. */
(function () {
  "use strict";

  PlanMap.Bridge = class {
    /** `onRender` gets the arguments of every run of the page's script, `onFilter` the strip's clicks. */
    constructor(onRender, onFilter) {
      this.embedded = window.parent !== window;
      this.count = 0;
      if (!this.embedded) return;
      window.addEventListener("message", (event) => {
        if (event.source !== window.parent || event.origin !== window.location.origin) return;
        if (!event.data) return;
        if (event.data.type === "planmap:scene") onRender(event.data.args);
        if (event.data.type === "planmap:filter") onFilter(event.data);
      });
    }

    ready() {
      this.send("planmap:ready");
    }

    /** The Scene that the page around the map was opened with, null where it does not say. */
    opening() {
      const place = this.embedded ? window.parent.document.getElementById("planmap-scene") : null;
      return place ? JSON.parse(place.textContent) : null;
    }

    /** Tell the page that the map has been painted, once it has. */
    painted() {
      requestAnimationFrame(() => setTimeout(() => this.send("planmap:painted")));
    }

    /** Tell the page which site was clicked. The count makes a second click on it a new one. */
    select(site) {
      this.count += 1;
      this.send("planmap:select", { chosen: { site, count: this.count } });
    }

    send(type, content) {
      if (this.embedded) window.parent.postMessage({ type, ...content }, window.location.origin);
    }

    /** Put the Scene into the address bar. This is its only writer, so nothing races. */
    address(query) {
      const page = this.embedded ? window.parent : window;
      const url = page.location.pathname + (query ? "?" + query : "") + page.location.hash;
      if (url !== page.location.pathname + page.location.search + page.location.hash) page.history.replaceState(page.history.state, "", url);
    }
  };
})();
