/* The symbols of sites and statuses as SVG, for markers, legend and lists alike. */
(function () {
  "use strict";
  const NS = "http://www.w3.org/2000/svg";

  function node(name, attributes, parent) {
    const element = document.createElementNS(NS, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (parent) parent.appendChild(element);
    return element;
  }
  PlanMap.svg = node;

  /** Put every symbol into the page once; markers and legend point to them by <use>. */
  PlanMap.defineSymbols = function (style) {
    const host = node("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" });
    const defs = node("defs", {}, host);
    for (const category in style.categories) {
      const symbol = node("symbol", { id: "pm-category-" + category, viewBox: "0 0 15 15" }, defs);
      node("path", { d: style.categories[category].path, fill: "currentColor" }, symbol);
    }
    for (const status in style.status) {
      for (const backed of [true, false]) {
        const id = "pm-status-" + status + (backed ? "" : "-pale");
        const symbol = node("symbol", { id, viewBox: "-8 -8 16 16" }, defs);
        const shapes = backed ? style.status[status].badge : style.status[status].paleBadge;
        for (const [name, attributes] of shapes) node(name, attributes, symbol);
      }
    }
    document.body.insertBefore(host, document.body.firstChild);
  };

  /** A small picture of one symbol for legend and lists. */
  PlanMap.picture = function (id, size, className) {
    const svg = node("svg", { width: size, height: size, "aria-hidden": "true", class: className || "" });
    node("use", { href: "#" + id, width: size, height: size }, svg);
    return svg;
  };

  /** The marker of one site: a disc with the category, the status as ring and badge. */
  PlanMap.marker = function (category) {
    const svg = node("svg", { viewBox: "-18 -18 36 36", width: 36, height: 36, class: "pm-marker", "aria-hidden": "true" });
    node("circle", { r: 15.5, class: "pm-glow" }, svg);
    node("circle", { r: 11.5, class: "pm-disc" }, svg);
    node("use", { href: "#pm-category-" + category, x: -7, y: -7, width: 14, height: 14, class: "pm-icon" }, svg);
    node("use", { x: 2, y: 2, width: 16, height: 16, class: "pm-badge" }, svg);
    return svg;
  };
})();
