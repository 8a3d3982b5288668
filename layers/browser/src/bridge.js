/* The line to the page around the map: Streamlit's component messages and the address bar. */

/** @import { Arguments, StripFilter } from "./types" */

export class Bridge {
  /**
   * @param {(args: Arguments) => void} onRender gets the arguments of every run of the page's script
   * @param {(filter: StripFilter) => void} onFilter gets the strip's clicks
   */
  constructor(onRender, onFilter) {
    this.embedded = window.parent !== window;
    this.count = 0;
    if (!this.embedded) return;
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== window.location.origin) return;
      if (!event.data) return;
      if (event.data.type === "streamlit:render") onRender(event.data.args);
      if (event.data.type === "planmap:filter") onFilter(event.data);
    });
  }

  ready() {
    this.send("streamlit:componentReady", { apiVersion: 1 });
  }

  /**
   * Tell the page which site was clicked. The count makes a second click on it a new one.
   *
   * @param {string} site
   */
  select(site) {
    this.count += 1;
    this.send("streamlit:setComponentValue", { value: { site, count: this.count }, dataType: "json" });
  }

  /**
   * @param {string} type
   * @param {object} content
   */
  send(type, content) {
    if (this.embedded) window.parent.postMessage({ isStreamlitMessage: true, type, ...content }, window.location.origin);
  }

  /**
   * Put the Scene into the address bar. This is its only writer, so nothing races.
   *
   * @param {string} query
   */
  address(query) {
    const page = this.embedded ? window.parent : window;
    const { pathname, search, hash } = page.location;
    const url = pathname + (query ? "?" + query : "") + hash;
    if (url !== pathname + search + hash) page.history.replaceState(page.history.state, "", url);
  }
}
