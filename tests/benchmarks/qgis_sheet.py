"""The peer of the print sheet: the same map as a headless QGIS user lays it out.

`QT_QPA_PLATFORM=offscreen /usr/bin/python3 tests/benchmarks/qgis_sheet.py FOLDER OUT_PREFIX` draws what
`qgis_input.py` wrote into FOLDER and prints one line of JSON with its times. It runs in the Python that QGIS
belongs to and so imports nothing of PlanMap.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsInvertedPolygonRenderer,
    QgsLabeling,
    QgsLabelLineSettings,
    QgsLayoutExporter,
    QgsLayoutFrame,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemManualTable,
    QgsLayoutItemMap,
    QgsLayoutItemMapGrid,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutMeasurement,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsLineSymbol,
    QgsMapLayerLegendUtils,
    QgsMarkerSymbol,
    QgsNullSymbolRenderer,
    QgsPalLayerSettings,
    QgsPrintLayout,
    QgsProject,
    QgsProperty,
    QgsRectangle,
    QgsRenderContext,
    QgsRendererCategory,
    QgsRuleBasedLabeling,
    QgsRuleBasedRenderer,
    QgsSimpleLineCallout,
    QgsSimpleLineSymbolLayer,
    QgsSingleSymbolRenderer,
    QgsSvgMarkerSymbolLayer,
    QgsSymbolLayer,
    QgsTableCell,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QPointF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontDatabase

MM = QgsUnitTypes.LayoutMillimeters
FAMILY = "Noto Sans SC"

PIXEL = 0.19
"""Millimetres on paper for one pixel of the screen's styles."""

DISC = 5.0
"""Millimetres across a site symbol; on screen it is 23 pixels, and its parts follow from that."""
SMALL = 0.72
"""Of that, a site that no commitment hangs on."""

PAPERS = {"A3": (420.0, 297.0), "A2": (594.0, 420.0)}
MARGIN = 10.0
COLUMN = 112.0
"""Width of the column beside the map."""
TOP, BOTTOM = 32.0, 22.0
"""What the title and the source lines take of the sheet."""
GRATICULE = 6.0
"""Room for the graticule's numbers around the map."""

STEPS = ((100_000, 0.05), (40_000, 1 / 30), (20_000, 1 / 60))
"""Degrees between the marks of the graticule from a scale on."""

ROW, PADDING, GRID = 3.2, 0.85, 0.12
"""Of the table: height of a row's text, room around it on each side, width of the lines."""

NUMBERED = '"number" is not null'


class Sheet:
    """A project and its print layout."""

    def __init__(self, folder: Path, paper: str, scale: float) -> None:
        self.folder = folder
        self.data: dict[str, Any] = json.loads((folder / "input.json").read_text(encoding="utf-8"))
        self.colours: dict[str, Any] = self.data["colours"]
        self.texts: dict[str, str] = self.data["texts"]
        self.scale = scale
        for font in self.data["fonts"]:
            QFontDatabase.addApplicationFont(font)
        self.project = QgsProject.instance()
        self.project.setCrs(QgsCoordinateReferenceSystem(self.data["crs"]))
        self.layers: dict[str, QgsVectorLayer] = {}
        self.add_ground()
        self.add_sites()
        self.layout = QgsPrintLayout(self.project)
        self.layout.initializeDefaults()
        self.width, self.height = PAPERS[paper]
        page = self.layout.pageCollection().page(0)
        page.setPageSize(paper, QgsLayoutItemPage.Landscape)
        self.add_map()
        self.add_words()
        self.add_table()
        self.add_legend()
        self.add_inset()
        self.add_scale()

    # Layers, lowest first.

    def load(self, key: str, file: str, name: str, where: str = "") -> QgsVectorLayer:
        """Add one file to the project."""
        layer = QgsVectorLayer(str(self.folder / file), name, "ogr")
        if not layer.isValid():
            raise SystemExit(f"QGIS cannot read {file}")
        if where:
            layer.setSubsetString(where)
        # Into memory and onto the grid once, so that nothing is parsed and projected again at every export.
        request = QgsFeatureRequest().setDestinationCrs(self.project.crs(), self.project.transformContext())
        layer = layer.materialize(request)
        layer.setName(name)
        self.project.addMapLayer(layer)
        self.layers[key] = layer
        return layer

    def add_ground(self) -> None:
        """Add land, districts, the veil around the district, water, lines and areas, and the accuracy circles."""
        colours = self.colours
        land = self.load("land", "land.geojson", "land")
        land.setRenderer(QgsSingleSymbolRenderer(fill(colours["land"])))
        districts = self.load("districts", "districts.geojson", "districts")
        districts.setRenderer(
            QgsSingleSymbolRenderer(fill(colours["district"], colours["minor_boundary"], 1.1 * PIXEL))
        )
        districts.setLabeling(QgsVectorLayerSimpleLabeling(self.district_labels()))
        districts.setLabelsEnabled(True)
        self.add_ways()
        ground = self.data["ground"]
        for row in ground:
            if row["style"] != "river":
                self.add_strokes(row)
        veil = self.load("veil", "focus.geojson", "veil")
        mask = fill(colours["mask"], opacity=colours["mask_opacity"])
        veil.setRenderer(QgsInvertedPolygonRenderer(QgsSingleSymbolRenderer(mask)))
        for row in ground:
            if row["style"] == "river":  # The river is the district's edge and lies over the veil, as on screen.
                self.add_strokes(row)
        focus = self.load("focus", "focus.geojson", self.texts["boundary"])
        boundary = fill("", colours["boundary"], 1.9 * PIXEL)
        glow = fill("", "#99FFFFFF", 4 * PIXEL)  # Held by a name: QGIS takes a symbol's layers down with it.
        boundary.insertSymbolLayer(0, glow.symbolLayer(0).clone())
        focus.setRenderer(QgsSingleSymbolRenderer(boundary))
        # A circle that the symbol hides says nothing.
        least = 1.25 * DISC / 2 * self.scale / 1000
        halos = self.load("halos", "halos.geojson", self.texts["halo"], f'"accuracy_m" > {least}')
        circle = fill("#5B6470", "#5B6470", PIXEL, opacity=0.06)
        circle.symbolLayer(0).setStrokeColor(QColor("#5B6470"))
        dash(circle.symbolLayer(0), "5 4", 1)
        halos.setRenderer(QgsSingleSymbolRenderer(circle))

    def add_ways(self) -> None:
        """Add the ground's areas, waters, roads, railways and borders, and the names of all and of places.

        Edges lie under all surfaces by symbol levels, so that ways run into each other where they meet. Names are on
        layers of their own, dissolved by name, so that a road of many parts is named as one.
        """
        data = self.data["ways"]
        areas = self.load("ways-areas", "ways-areas.geojson", "areas")
        kinds = [QgsRendererCategory(row["kind"], fill(row["fill"]), row["kind"], True) for row in data["areas"]]
        areas.setRenderer(QgsCategorizedSymbolRenderer("kind", kinds))
        for group in data["groups"]:
            layer = self.load(f"ways-{group['name']}", f"ways-{group['name']}.geojson", group["name"])
            kinds = []
            for level, row in enumerate(group["kinds"]):
                whole = line(row["edge"], row["edge_width"])
                whole.symbolLayer(0).setRenderingPass(level)
                top = whole.symbolLayer(0)
                if row["fill"]:
                    held = line(row["fill"], row["width"])  # QGIS takes a symbol's layers down with it.
                    upper = held.symbolLayer(0).clone()
                    upper.setRenderingPass(len(group["kinds"]) + level)
                    whole.appendSymbolLayer(upper)
                    top = whole.symbolLayer(1)
                if row["dash"]:
                    top.setPenCapStyle(Qt.FlatCap)
                    top.setUseCustomDashPattern(True)
                    top.setCustomDashVector(row["dash"])
                kinds.append(QgsRendererCategory(row["kind"], whole, row["kind"], True))
            renderer = QgsCategorizedSymbolRenderer("kind", kinds)
            renderer.setUsingSymbolLevels(True)
            layer.setRenderer(renderer)
            names = self.load(f"ways-{group['name']}-names", f"ways-{group['name']}-names.geojson", "names")
            names.setRenderer(QgsNullSymbolRenderer())
            names.setLabeling(self.way_labels(group, data["colours"]))
            names.setLabelsEnabled(True)
        spots = self.load("ways-spots", "ways-spots.geojson", "places")
        root = QgsRuleBasedRenderer.Rule(None)
        dot = QgsMarkerSymbol.createSimple({"name": "circle", "size": "0.64", "outline_style": "no"})
        dot.setColor(QColor(data["colours"]["dot"]))
        root.appendChild(QgsRuleBasedRenderer.Rule(dot, filterExp='"dot"'))
        # QGIS names only what it draws.
        unseen = QgsMarkerSymbol.createSimple({"name": "circle", "size": "0.01", "outline_style": "no"})
        unseen.setOpacity(0)
        root.appendChild(QgsRuleBasedRenderer.Rule(unseen, filterExp='not "dot"'))
        spots.setRenderer(QgsRuleBasedRenderer(root))
        spots.setLabeling(self.spot_labels(data["colours"]))
        spots.setLabelsEnabled(True)

    def way_labels(self, group: dict[str, Any], colours: dict[str, str]) -> QgsRuleBasedLabeling:
        """Return the names of ways along their curves, those of higher classes first, repeated on long ones."""
        root = QgsRuleBasedLabeling.Rule(None)
        colour = colours["water" if group["name"] == "waterways" else "name"]
        for row in group["kinds"]:
            settings = QgsPalLayerSettings()
            settings.fieldName = "name"
            settings.setFormat(words(row["points"], colour, halo=0.4))
            settings.placement = QgsPalLayerSettings.Curved
            lines = QgsLabelLineSettings()
            lines.setPlacementFlags(QgsLabeling.OnLine)
            settings.setLineSettings(lines)
            settings.repeatDistance = 110
            settings.repeatDistanceUnit = QgsUnitTypes.RenderMillimeters
            settings.priority = max(0, min(10, round((row["priority"] + 60) / 6)))
            settings.obstacleSettings().setIsObstacle(False)
            where = f"\"kind\" = '{row['kind']}'"
            root.appendChild(QgsRuleBasedLabeling.Rule(settings, filterExp=where))
        return QgsRuleBasedLabeling(root)

    def spot_labels(self, colours: dict[str, str]) -> QgsRuleBasedLabeling:
        """Return the names of places: below their dot if they have one, else in the middle of what they name."""
        root = QgsRuleBasedLabeling.Rule(None)
        for where, below, colour in (
            ('"dot"', True, colours["name"]),
            ('not "dot" and "water"', False, colours["water"]),
            ('not "dot" and not "water"', False, colours["name"]),
        ):
            settings = QgsPalLayerSettings()
            settings.fieldName = "name"
            settings.setFormat(words(5.8, colour, halo=0.4))
            size = QgsProperty.fromField("points")
            settings.dataDefinedProperties().setProperty(QgsPalLayerSettings.Size, size)
            if below:
                settings.placement = QgsPalLayerSettings.OrderedPositionsAroundPoint
                settings.dist = 0.5
            else:
                settings.placement = QgsPalLayerSettings.OverPoint
            settings.autoWrapLength = 24
            settings.multilineAlign = QgsPalLayerSettings.MultiCenter
            settings.priority = 2
            settings.obstacleSettings().setIsObstacle(False)
            root.appendChild(QgsRuleBasedLabeling.Rule(settings, filterExp=where))
        return QgsRuleBasedLabeling(root)

    def add_strokes(self, row: dict[str, Any]) -> None:
        """Add one file of lines, areas or points in its stack of strokes."""
        layer = self.load(row["file"], row["file"], row["name"])
        parts = []
        for stroke in row["strokes"]:
            width = stroke.get("width", 1) * PIXEL
            if layer.geometryType() == 0:
                symbol = QgsMarkerSymbol.createSimple({"name": "circle", "size": str(2 * stroke["radius"] * PIXEL)})
                symbol.symbolLayer(0).setColor(QColor(stroke["fill"]))
                symbol.symbolLayer(0).setStrokeColor(QColor(stroke["colour"]))
                symbol.symbolLayer(0).setStrokeWidth(width)
            elif layer.geometryType() == 1:
                symbol = line(stroke["colour"], width)
            else:
                symbol = fill(stroke.get("fill", ""), stroke["colour"], width, stroke.get("fill_opacity", 1))
            if stroke.get("dash"):
                dash(symbol.symbolLayer(0), stroke["dash"], stroke.get("width", 1))
            parts.append(symbol)
        whole = parts[0]
        for number, part in enumerate(parts[1:], start=1):
            upper = part.symbolLayer(0).clone()
            upper.setRenderingPass(number)  # Roads that cross run into each other.
            whole.appendSymbolLayer(upper)
        renderer = QgsSingleSymbolRenderer(whole)
        renderer.setUsingSymbolLevels(len(parts) > 1)
        layer.setRenderer(renderer)
        settings = self.ground_labels(row["style"])
        if settings:
            layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
            layer.setLabelsEnabled(True)

    def add_sites(self) -> None:
        """Add the sites twice, so that the legend explains statuses and categories each by themselves."""
        statuses = [
            QgsRendererCategory(row["key"], self.disc(row), row["label"], True) for row in self.data["statuses"]
        ]
        plain = {"key": "", "colour": "#9AA1AA", "fill": "#FFFFFF", "width": 1.8, "dashed": False}
        statuses.append(QgsRendererCategory("", self.disc(plain), self.texts["no_tasks"], True))
        layer = self.load("status", "sites.geojson", self.texts["status"])
        layer.setRenderer(QgsCategorizedSymbolRenderer("key", statuses))
        categories = []
        for row in self.data["categories"]:
            icon = QgsSvgMarkerSymbolLayer(str(self.folder / f"category-{row['key']}.svg"), DISC * 0.6)
            size = f'if("number" is null, {SMALL}, 1) * {DISC * 0.6}'
            icon.setDataDefinedProperty(QgsSymbolLayer.PropertySize, QgsProperty.fromExpression(size))
            symbol = QgsMarkerSymbol()
            symbol.changeSymbolLayer(0, icon)
            categories.append(QgsRendererCategory(row["key"], symbol, row["label"], True))
        icons = self.load("category", "sites.geojson", self.texts["category"])
        icons.setRenderer(QgsCategorizedSymbolRenderer("category", categories))
        icons.setLabeling(self.site_labels())
        icons.setLabelsEnabled(True)

    def disc(self, row: dict[str, Any]) -> QgsMarkerSymbol:
        """Return the disc of a site with its status as ring and badge."""
        size = DISC * (1 if row["key"] else SMALL)
        symbol = QgsMarkerSymbol.createSimple({"name": "circle", "size": str(size)})
        ring = symbol.symbolLayer(0)
        ring.setColor(QColor(row["fill"]))
        ring.setStrokeColor(QColor(row["colour"]))
        ring.setStrokeWidth(row["width"] * DISC / 23)
        if row["dashed"]:
            ring.setStrokeStyle(Qt.DashLine)
        if row["key"]:
            badge = QgsSvgMarkerSymbolLayer(str(self.folder / f"status-{row['key']}.svg"), DISC * 16 / 23)
            badge.setOffset(QPointF(DISC * 10 / 23, DISC * 10 / 23))
            symbol.appendSymbolLayer(badge)
        return symbol

    # Labels.

    def district_labels(self) -> QgsPalLayerSettings:
        """Return the names of the districts: large, spaced and quiet."""
        settings = QgsPalLayerSettings()
        settings.fieldName = "name_zh"
        settings.placement = QgsPalLayerSettings.Horizontal
        settings.priority = 3
        settings.obstacleSettings().setIsObstacle(False)
        settings.setFormat(words(9, "#8A8F98", "SemiBold", halo=0.5, spacing=2.2))
        return settings

    def ground_labels(self, style: str) -> QgsPalLayerSettings | None:
        """Return how names of lines, areas and metro stations are set, None for what bears no name."""
        settings = QgsPalLayerSettings()
        settings.fieldName = "label"
        colour = {"river": "#3F7CA8", "water": "#3F7CA8", "metro": "#6F5A91", "metro-station": "#6F5A91"}
        size = 8.5 if style == "river" else 5.6
        settings.setFormat(words(size, colour.get(style, "#6B6F76"), halo=0.45, spacing=1.5 if style == "river" else 0))
        if style in ("river", "road", "metro", "railway"):
            settings.placement = QgsPalLayerSettings.Curved
            lines = QgsLabelLineSettings()
            on = style in ("river", "road")
            lines.setPlacementFlags(QgsLabeling.OnLine if on else QgsLabeling.AboveLine | QgsLabeling.BelowLine)
            lines.setMergeLines(True)
            settings.setLineSettings(lines)
            settings.dist = 0.4
            settings.repeatDistance = 110
            settings.repeatDistanceUnit = QgsUnitTypes.RenderMillimeters
            settings.priority = 7 if style == "river" else 4
            settings.obstacleSettings().setFactor(0.3)
        elif style == "metro-station":
            # The inner city around it would fill with the names of stations that the plan is not about.
            settings.fieldName = 'if("inside", "label", \'\')'
            settings.isExpression = True
            settings.placement = QgsPalLayerSettings.OrderedPositionsAroundPoint
            settings.offsetType = QgsPalLayerSettings.FromSymbolBounds
            settings.dist = 0.5
            settings.priority = 2
        elif style == "water":
            settings.placement = QgsPalLayerSettings.Horizontal
            settings.priority = 3
            settings.obstacleSettings().setIsObstacle(False)
        else:
            return None
        return settings

    def site_labels(self) -> QgsRuleBasedLabeling:
        """Return the names of the sites: those with a number first and bolder."""
        root = QgsRuleBasedLabeling.Rule(None)
        for where, size, style, priority, disc in (
            (NUMBERED, 8.2, "SemiBold", 10, DISC),
            (f"not ({NUMBERED})", 6.4, "Regular", 5, DISC * SMALL),
        ):
            settings = QgsPalLayerSettings()
            settings.fieldName = "label"
            settings.setFormat(words(size, self.colours["ink"], style, halo=0.7))
            settings.placement = QgsPalLayerSettings.OrderedPositionsAroundPoint
            settings.offsetType = QgsPalLayerSettings.FromSymbolBounds
            settings.dist = 1.4
            settings.priority = priority
            # A site of several points is named once, beside the first.
            settings.geometryGeneratorEnabled = True
            settings.geometryGeneratorType = QgsWkbTypes.PointGeometry
            settings.geometryGenerator = "geometry_n($geometry, 1)"
            settings.obstacleSettings().setFactor(1.8)
            callout = QgsSimpleLineCallout()
            callout.setEnabled(True)
            callout.setLineSymbol(line("#5B6470", 0.15))
            callout.setMinimumLength(1.2)
            callout.setOffsetFromAnchor(disc / 2)
            settings.setCallout(callout)
            root.appendChild(QgsRuleBasedLabeling.Rule(settings, filterExp=where))
        return QgsRuleBasedLabeling(root)

    # The layout.

    def put(self, item: Any, x: float, y: float, width: float, height: float) -> Any:
        """Add an item to the sheet, in millimetres."""
        self.layout.addLayoutItem(item)
        item.attemptMove(QgsLayoutPoint(x, y, MM))
        item.attemptResize(QgsLayoutSize(width, height, MM))
        return item

    def add_map(self) -> None:
        """Add the map frame with its graticule, at exactly the scale asked for."""
        left, top = MARGIN + GRATICULE, TOP
        width = self.width - left - GRATICULE - COLUMN - MARGIN
        height = self.height - top - BOTTOM - GRATICULE
        self.map = self.put(QgsLayoutItemMap(self.layout), left, top, width, height)
        x, y = self.data["centre"]
        half_width, half_height = width * self.scale / 2000, height * self.scale / 2000
        self.map.setExtent(QgsRectangle(x - half_width, y - half_height, x + half_width, y + half_height))
        self.map.setKeepLayerSet(True)
        self.map.setLayers(list(reversed(self.layers.values())))
        self.map.setBackgroundColor(QColor(self.colours["water"]))
        self.map.setFrameEnabled(True)
        self.map.setFrameStrokeColor(QColor(self.colours["ink"]))
        self.map.setFrameStrokeWidth(QgsLayoutMeasurement(0.25, MM))
        grid = QgsLayoutItemMapGrid("graticule", self.map)
        grid.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
        step = next((step for least, step in STEPS if self.scale >= least), 1 / 120)
        grid.setIntervalX(step)
        grid.setIntervalY(step)
        grid.setStyle(QgsLayoutItemMapGrid.FrameAnnotationsOnly)
        grid.setFrameStyle(QgsLayoutItemMapGrid.ExteriorTicks)
        grid.setFrameWidth(1.2)
        grid.setFramePenSize(0.2)
        grid.setFramePenColor(QColor(self.colours["ink"]))
        grid.setAnnotationEnabled(True)
        grid.setAnnotationFormat(QgsLayoutItemMapGrid.DegreeMinute)
        grid.setAnnotationPrecision(0 if step >= 1 / 60 else 1)
        grid.setAnnotationTextFormat(words(6, "#4A525C"))
        grid.setAnnotationFrameDistance(0.8)
        for side in (QgsLayoutItemMapGrid.Left, QgsLayoutItemMapGrid.Right):
            turned = QgsLayoutItemMapGrid.VerticalDescending if side else QgsLayoutItemMapGrid.Vertical
            grid.setAnnotationDirection(turned, side)
        # A frame's numbers are those of its own direction: longitudes below and above, latitudes at the sides.
        for side in (QgsLayoutItemMapGrid.Left, QgsLayoutItemMapGrid.Right):
            grid.setAnnotationDisplay(QgsLayoutItemMapGrid.LatitudeOnly, side)
        for side in (QgsLayoutItemMapGrid.Top, QgsLayoutItemMapGrid.Bottom):
            grid.setAnnotationDisplay(QgsLayoutItemMapGrid.LongitudeOnly, side)
        self.map.grids().addGrid(grid)
        self.column = self.width - MARGIN - COLUMN

    def label(self, text: str, x: float, y: float, width: float, height: float, style: QgsTextFormat) -> Any:
        """Add one text."""
        item = QgsLayoutItemLabel(self.layout)
        item.setText(text)
        item.setFont(style.font())
        item.setFontColor(style.color())
        item.setMarginX(0)
        item.setMarginY(0)
        return self.put(item, x, y, width, height)

    def add_words(self) -> None:
        """Add title, day, source and disclaimer."""
        data, ink = self.data, self.colours["ink"]
        full = self.width - 2 * MARGIN
        self.label(data["title"], MARGIN + GRATICULE, 8, full - 90, 12, words(24, ink, "SemiBold"))
        self.label(data["subtitle"], MARGIN + GRATICULE, 19.5, full - 90, 7, words(11, "#5B6470"))
        day = self.label(data["as_of"], self.column, 19.5, COLUMN, 7, words(11, ink, "SemiBold"))
        day.setHAlign(Qt.AlignRight)
        y = self.height - BOTTOM + 4
        self.label(data["attribution"], MARGIN + GRATICULE, y, full - GRATICULE, 4, words(6.2, "#5B6470"))
        report = f"{data['report']}　{data['crs_name']}"
        self.label(report, MARGIN + GRATICULE, y + 4.2, full - 100, 4, words(6.2, "#5B6470"))
        note = self.label(data["disclaimer"], self.width - MARGIN - 90, y + 3.6, 90, 5, words(8, ink, "SemiBold"))
        note.setHAlign(Qt.AlignRight)

    def heading(self, text: str, y: float) -> None:
        """Add a heading in the column beside the map."""
        self.label(text, self.column, y, COLUMN, 5, words(9, self.colours["ink"], "SemiBold"))

    def add_table(self) -> None:
        """Add the table of the numbered sites.

        A fixed table and not one of attributes: in QGIS 3.22 that one corrupted memory when it was made here, with
        any of its options left out, and it has no way to set one cell in a bolder face.
        """
        self.heading(f"{self.texts['column_place']}与{self.texts['column_status']}", TOP)
        colours = {row["key"]: QColor(row["colour"]) for row in self.data["statuses"]}
        columns = (
            ("number", "", 5.5, Qt.AlignRight),
            ("name_zh", self.texts["column_place"], 49, Qt.AlignLeft),
            ("status_zh", self.texts["column_status"], 14, Qt.AlignLeft),
            ("tasks", self.texts["column_tasks"], 8, Qt.AlignRight),
            ("precision_zh", self.texts["column_precision"], 27, Qt.AlignLeft),
        )
        head = [cell(name, words(7, "#5B6470"), side) for _, name, _, side in columns]
        rows = [head]
        for feature in self.layers["status"].getFeatures(self.seen()):
            row = []
            for field, _, _, side in columns:
                look = words(7.2, self.colours["ink"])
                if field == "status_zh":
                    look = words(7.2, colours[feature["key"]].name(), "SemiBold")
                row.append(cell(feature[field], look, side))
            rows.append(row)
        table = QgsLayoutItemManualTable.create(self.layout)
        self.layout.addMultiFrame(table)
        table.setCellMargin(PADDING)
        table.setGridStrokeWidth(GRID)
        table.setGridColor(QColor("#D5D8DC"))
        table.setVerticalGrid(False)
        table.setTableContents(rows)
        table.setRowHeights([ROW] * len(rows))
        table.setColumnWidths([width for _, _, width, _ in columns])
        frame = QgsLayoutFrame(self.layout, table)
        table.addFrame(frame)
        frame.attemptMove(QgsLayoutPoint(self.column, TOP + 5.5, MM))
        table.refresh()
        # A table is as high as its frame lets it be, so the height is reckoned here, with a little to spare.
        high = len(rows) * (ROW + 2 * PADDING + GRID) + 2
        frame.attemptResize(QgsLayoutSize(COLUMN, high, MM))
        self.below = TOP + 5.5 + high + 0.5
        self.label(self.data["unplaced"], self.column + 1, self.below, COLUMN, 4, words(6.4, "#5B6470"))
        self.below += 7

    def seen(self) -> QgsFeatureRequest:
        """Return the request for the numbered sites on the map."""
        return QgsFeatureRequest().setFilterExpression(NUMBERED).setFilterRect(self.map.extent())

    def add_legend(self) -> None:
        """Add the legend of what the map shows, and of nothing else."""
        self.heading(self.texts["legend"], self.below)
        legend = QgsLayoutItemLegend(self.layout)
        legend.setLinkedMap(self.map)
        legend.setAutoUpdateModel(False)
        root = legend.model().rootGroup()
        root.clear()
        states = root.addGroup(self.texts["status"])
        node = states.addLayer(self.layers["status"])
        QgsLegendRenderer.setNodeLegendStyle(node, QgsLegendStyle.Hidden)
        kinds = root.addGroup(self.texts["category"])
        node = kinds.addLayer(self.layers["category"])
        QgsLegendRenderer.setNodeLegendStyle(node, QgsLegendStyle.Hidden)
        lines = root.addGroup(self.texts["lines"])
        names = ["focus", *(row["file"] for row in reversed(self.data["ground"])), "halos"]
        for name in names:
            lines.addLayer(self.layers[name])
        ways = self.data["ways"]
        ground = [(f"ways-{group['name']}", "legend", group["kinds"]) for group in ways["groups"]]
        for name, rows, classes in (*ground, ("ways-areas", "area_legend", ways["areas"])):
            labels = ways[rows]
            wanted = [number for number, row in enumerate(classes) if row["kind"] in labels]
            if not wanted:
                continue
            node = lines.addLayer(self.layers[name])
            QgsLegendRenderer.setNodeLegendStyle(node, QgsLegendStyle.Hidden)
            QgsMapLayerLegendUtils.setLegendNodeOrder(node, wanted)
            for number in wanted:
                QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, number, labels[classes[number]["kind"]])
            legend.model().refreshLayerLegend(node)
        for group in (kinds, lines):
            group.setCustomProperty("legend/column-break", "1")
        legend.setLegendFilterByMapEnabled(True)
        legend.setColumnCount(3)
        legend.setSplitLayer(False)
        legend.setEqualColumnWidth(False)
        legend.setColumnSpace(12)
        legend.setSymbolWidth(6)
        legend.setSymbolHeight(3.4)
        legend.setBoxSpace(0)
        legend.setBackgroundEnabled(False)
        for part, size, style in (
            (QgsLegendStyle.Group, 7.4, "SemiBold"),
            (QgsLegendStyle.Subgroup, 7, "Regular"),
            (QgsLegendStyle.SymbolLabel, 7, "Regular"),
        ):
            look = legend.style(part)
            look.setFont(words(size, self.colours["ink"], style).font())
            legend.setStyle(part, look)
        legend.rstyle(QgsLegendStyle.Symbol).setMargin(QgsLegendStyle.Top, 1.3)
        legend.rstyle(QgsLegendStyle.SymbolLabel).setMargin(QgsLegendStyle.Left, 1.5)
        legend.setFontColor(QColor(self.colours["ink"]))
        self.put(legend, self.column, self.below + 5, COLUMN, 80)
        legend.refresh()
        legend.adjustBoxSize()
        self.label(self.texts["pale"], self.column + 10, self.below + 0.9, 60, 4, words(6.4, "#5B6470"))

    def add_inset(self) -> None:
        """Add the district's place in the city."""
        width, height = 46.0, 62.0
        y = self.height - BOTTOM - GRATICULE - height
        self.heading("图幅位置", y - 5.5)
        inset = self.put(QgsLayoutItemMap(self.layout), self.column, y, width, height)
        districts = self.layers["districts"]
        around = districts.extent()
        scale = 1.06 * max(around.width() / width, around.height() / height)
        # An extent of the frame's own shape, for QGIS would change the frame to fit any other.
        inset.setExtent(QgsRectangle.fromCenterAndSize(around.center(), scale * width, scale * height))
        place = self.load("place", "focus.geojson", "place")
        place.setRenderer(QgsSingleSymbolRenderer(fill(self.colours["boundary"], "#FFFFFF", 0.15)))
        plain = self.load("plain-districts", "districts.geojson", "plain districts")
        plain.setRenderer(QgsSingleSymbolRenderer(fill(self.colours["district"], self.colours["minor_boundary"], 0.15)))
        inset.setKeepLayerSet(True)
        inset.setLayers([place, plain, self.layers["land"]])
        inset.setBackgroundColor(QColor(self.colours["water"]))
        inset.setFrameEnabled(True)
        inset.setFrameStrokeWidth(QgsLayoutMeasurement(0.15, MM))
        overview = inset.overview()
        overview.setLinkedMap(self.map)
        overview.setFrameSymbol(fill("", self.colours["ink"], 0.3))

    def add_scale(self) -> None:
        """Add north arrow, scale and scale bar."""
        x = self.column + 54
        low = self.height - BOTTOM - GRATICULE
        arrow = QgsLayoutItemPicture(self.layout)
        arrow.setPicturePath(f"{QgsApplication.pkgDataPath()}/svg/arrows/NorthArrow_02.svg")
        arrow.setLinkedMap(self.map)
        arrow.setNorthMode(QgsLayoutItemPicture.TrueNorth)
        arrow.setSvgFillColor(QColor(self.colours["ink"]))
        self.put(arrow, x, low - 62, 14, 20)
        number = f"比例尺 1:{self.scale:,.0f}"
        self.label(number, x, low - 19, 58, 5, words(9, self.colours["ink"], "SemiBold"))
        bar = QgsLayoutItemScaleBar(self.layout)
        bar.setLinkedMap(self.map)
        bar.setStyle("Single Box")
        bar.setUnits(QgsUnitTypes.DistanceKilometers)
        bar.setUnitLabel("km")
        bar.setUnitsPerSegment(1 if self.scale >= 100_000 else 0.5 if self.scale >= 40_000 else 0.1)
        bar.setNumberOfSegments(4)
        bar.setNumberOfSegmentsLeft(0)
        bar.setHeight(1.6)
        bar.setBoxContentSpace(0.5)
        bar.setTextFormat(words(7, self.colours["ink"]))
        bar.setFillSymbol(fill(self.colours["ink"]))
        bar.setLineSymbol(line(self.colours["ink"], 0.2))
        self.put(bar, x - 0.5, low - 12, 58, 10)

    def export(self, path: Path, dpi: int) -> float:
        """Write the sheet in the format of the ending; return the seconds it took."""
        exporter = QgsLayoutExporter(self.layout)
        began = time.perf_counter()
        if path.suffix == ".png":
            picture = QgsLayoutExporter.ImageExportSettings()
            picture.dpi = dpi
            done = exporter.exportToImage(str(path), picture)
        elif path.suffix == ".pdf":
            document = QgsLayoutExporter.PdfExportSettings()
            document.dpi = dpi
            document.forceVectorOutput = True
            document.textRenderFormat = QgsRenderContext.TextFormatAlwaysText
            done = exporter.exportToPdf(str(path), document)
        else:
            drawing = QgsLayoutExporter.SvgExportSettings()
            drawing.dpi = dpi
            drawing.forceVectorOutput = True
            drawing.textRenderFormat = QgsRenderContext.TextFormatAlwaysText
            done = exporter.exportToSvg(str(path), drawing)
        if done != QgsLayoutExporter.Success:
            raise SystemExit(f"QGIS did not write {path.name}: {done}")
        return time.perf_counter() - began


def words(
    size: float, colour: str, style: str = "Regular", *, halo: float = 0.0, spacing: float = 0.0
) -> QgsTextFormat:
    """Return a text format: size in points, halo and spacing in millimetres."""
    font = QFont(FAMILY)
    font.setStyleName(style)
    font.setPointSizeF(size)
    if spacing:
        font.setLetterSpacing(QFont.AbsoluteSpacing, spacing)
    found = QgsTextFormat()
    found.setFont(font)
    found.setNamedStyle(style)
    found.setSize(size)
    found.setSizeUnit(QgsUnitTypes.RenderPoints)
    found.setColor(QColor(colour))
    if halo:
        buffer = found.buffer()
        buffer.setEnabled(True)
        buffer.setSize(halo)
        buffer.setSizeUnit(QgsUnitTypes.RenderMillimeters)
        buffer.setColor(QColor(255, 255, 255))
        buffer.setOpacity(0.92)
        found.setBuffer(buffer)
    return found


def cell(content: Any, look: QgsTextFormat, side: Qt.AlignmentFlag) -> QgsTableCell:
    """Return one cell of a table."""
    found = QgsTableCell(str(content))
    found.setTextFormat(look)
    found.setHorizontalAlignment(side)
    found.setVerticalAlignment(Qt.AlignVCenter)
    return found


def fill(colour: str, edge: str = "", width: float = 0.0, opacity: float = 1.0) -> QgsFillSymbol:
    """Return an area symbol; without a colour it is not filled, without an edge not outlined."""
    symbol = QgsFillSymbol.createSimple({"style": "solid" if colour else "no"})
    layer = symbol.symbolLayer(0)
    if colour:
        inside = QColor(colour)
        inside.setAlphaF(opacity)  # Alpha of the colour, not of the layer, which PDF would have to flatten.
        layer.setFillColor(inside)
    if edge:
        layer.setStrokeColor(QColor(edge))
        layer.setStrokeWidth(width)
        layer.setPenJoinStyle(Qt.RoundJoin)
    else:
        layer.setStrokeStyle(Qt.NoPen)
    return symbol


def line(colour: str, width: float) -> QgsLineSymbol:
    """Return a round line."""
    looks = {"line_color": colour, "line_width": str(width), "capstyle": "round", "joinstyle": "round"}
    return QgsLineSymbol.createSimple(looks)


def dash(layer: QgsSymbolLayer, pattern: str, width: float) -> None:
    """Break a line or an outline in a pattern of pixels."""
    parts = [float(part) for part in pattern.split()]
    if isinstance(layer, QgsSimpleLineSymbolLayer):
        layer.setPenCapStyle(Qt.FlatCap)
        layer.setUseCustomDashPattern(True)
        layer.setCustomDashVector([part * PIXEL for part in parts])
    else:
        # Outlines of areas know only the patterns of Qt.
        layer.setStrokeStyle(Qt.DotLine if parts[0] < parts[1] else Qt.DashLine)


def since_start() -> float:
    """Return the seconds since this process began, the start of Python and the import of QGIS among them."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Draw the sheet in each format, once and again, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("prefix", type=Path)
    parser.add_argument("--paper", choices=PAPERS, default="A3")
    parser.add_argument("--scale", type=float, default=125_000)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--formats", default="png,pdf,svg")
    parser.add_argument("--repeat", type=int, default=3, help="exports of each format after the first")
    arguments = parser.parse_args()
    application = QgsApplication([], True)
    application.initQgis()
    sheet = Sheet(arguments.folder, arguments.paper, arguments.scale)
    result: dict[str, Any] = {"start_s": round(since_start(), 3), "first": {}, "warm": {}}
    for ending in arguments.formats.split(","):
        path = arguments.prefix.with_name(f"{arguments.prefix.name}.{ending}")
        times = [round(sheet.export(path, arguments.dpi), 3) for _ in range(1 + arguments.repeat)]
        result["first"][ending], result["warm"][ending] = times[0], times[1:]
    result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    result["qgis"] = Qgis.QGIS_VERSION
    print(json.dumps(result))
    sys.stdout.flush()
    # QGIS takes down what Python still holds and crashes at it now and then; all is written by now.
    os._exit(0)


if __name__ == "__main__":
    main()
