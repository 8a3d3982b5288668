/* The only writer of the address on a page without a map. In the first HTML, so that it hears whoever asks it. */

// Each part is a key with its value, or null to take it out.
document.addEventListener("planmap:address", (event) => {
  const parts = /** @type {CustomEvent<Record<string, string | null>>} */ (event).detail;
  const others = window.location.search.slice(1).split("&").filter((part) => part && !(part.split("=")[0] in parts));
  const own = Object.entries(parts).flatMap(([key, value]) => (value === null ? [] : [`${key}=${encodeURIComponent(value)}`]));
  const query = [...others, ...own].join("&");
  const address = window.location.pathname + (query ? "?" + query : "");
  if (address !== window.location.pathname + window.location.search) window.history.replaceState(window.history.state, "", address);
});
