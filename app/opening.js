/* Lets the map go first: Streamlit's scripts start when it has been painted, for both share one thread. */
(() => {
  const { entry, slices } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const frame = /** @type {HTMLIFrameElement} */ (document.getElementById("planmap-map"));
  const LONGEST_WAIT = 2500; // ms after which the rest of the page no longer waits for the map
  let started = false;
  const start = () => {
    if (started) return;
    started = true;
    const script = document.createElement("script");
    Object.assign(script, { type: "module", crossOrigin: "", src: entry });
    document.head.append(script, Object.assign(document.createElement("link"), { rel: "stylesheet", href: slices }));
  };
  window.addEventListener("message", (event) => {
    if (event.source === frame.contentWindow && event.data?.type === "planmap:painted") start();
  });
  setTimeout(start, LONGEST_WAIT);
})();
