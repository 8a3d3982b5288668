/* The symbols of sites and statuses as SVG, for markers, legend and lists alike. */
/* The first of our scripts: it makes the name that they share. */
var PlanMap = {};

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
    if (document.getElementById("pm-symbols")) return;
    const host = node("svg", { id: "pm-symbols", width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" });
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

  /** What is left of a site without tasks where there is no room; no ring, for that is a status. */
  PlanMap.DOT = { r: 3.2, fill: "#8A919B", stroke: "#fff", "stroke-width": 1.2 };

  /** A small picture of one symbol for legend and lists. */
  PlanMap.picture = function (id, size, className) {
    const svg = node("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size, "aria-hidden": "true", class: className || "" });
    node("use", { href: "#" + id, width: size, height: size }, svg);
    return svg;
  };

  const pictures = new Map();

  /**
   * The picture of a site as a CSS image: a disc with the category, the status as ring and badge.
   * Thousands of markers share few pictures, and a picture is painted far faster than as many SVG trees.
   */
  PlanMap.markerPicture = function (style, category, status, backed) {
    return picture([category, status, backed], 36, (svg) => {
      const look = status ? style.status[status] : null;
      const scale = node("g", { transform: status ? "" : "scale(0.72)" }, svg);
      node("circle", { r: 12.6, cy: 0.9, fill: style.ink, "fill-opacity": 0.16 }, scale);
      node("circle", {
        r: 11.5,
        fill: look && !backed ? look.pale : "#fff",
        stroke: look ? look.colour : "#9AA1AA",
        "stroke-width": look && backed ? 2.6 : 1.8,
        ...(look && look.shape === "dashed-ring" ? { "stroke-dasharray": "4 3" } : {}),
      }, scale);
      node("path", { d: style.categories[category].path, transform: "translate(-7 -7) scale(0.933)", fill: look ? style.ink : "#5B6470" }, scale);
      if (look) {
        const badge = node("g", { transform: "translate(10 10)" }, scale);
        for (const [name, attributes] of backed ? look.badge : look.paleBadge) node(name, attributes, badge);
      }
    });
  };

  /** The picture of a site that has no room: how it stands, and nothing of what it is. */
  PlanMap.smallPicture = function (style, status, backed) {
    return picture(["small", status, backed], 20, (svg) => {
      if (!status) return void node("circle", PlanMap.DOT, svg);
      node("circle", { r: 8, fill: "#fff", "fill-opacity": 0.85 }, svg);
      const look = style.status[status];
      for (const [name, attributes] of backed ? look.badge : look.paleBadge) node(name, attributes, svg);
    });
  };

  function picture(parts, side, draw) {
    const key = parts.join();
    if (!pictures.has(key)) {
      const svg = node("svg", { xmlns: NS, viewBox: [-side / 2, -side / 2, side, side].join(" "), width: side, height: side });
      draw(svg);
      pictures.set(key, 'url("data:image/svg+xml,' + encodeURIComponent(new XMLSerializer().serializeToString(svg)) + '")');
    }
    return pictures.get(key);
  }
})();
