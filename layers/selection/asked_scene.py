"""The Scene that shows what a question selects of an own layer."""

from __future__ import annotations

from dataclasses import replace

import shapely

from geo.feature_package import MANY
from layers.own.answer import Answer
from layers.own.asking import centre_of
from layers.own.opening import opened
from layers.plan.scene import Scene, ViewState
from layers.selection.extent import view_of

LEAST_M = 400.0
"""Least width and height of what is shown, in metres: of one parcel, its surroundings too."""

LARGEST_ZOOM = 18.0


def scene_of_answer(found: Answer, scene: Scene) -> Scene:
    """Return `scene` with what is selected, and nothing else of that layer, in a view of all of it.

    Raises
    ------
    PlanMapError
        The layer's file is damaged.
    """
    layer = found.layer
    questions = {key: question for key, question in scene.questions.items() if key != layer.scene_id}
    if found.question:
        questions[layer.scene_id] = found.question
    return replace(
        scene,
        visible={**scene.visible, layer.scene_id: True},
        questions=questions,
        view=view_of_answer(found) or scene.view,
    )


def view_of_answer(found: Answer) -> ViewState | None:
    """Return the view of what is selected, and of the places that are asked about; None if there is nothing of it."""
    plan = found.plan
    shapes = []
    if found.count > MANY:
        shapes = [shapely.box(*found.layer.bounds)]
    else:
        with opened(found.layer) as package:
            boxes = package.boxes_of(found.ids)[1]
        if len(boxes):
            shapes = [shapely.box(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))]
    # A river that is asked about is far longer than what lies beside it.
    asked = found.question.place.sites if found.question.place and found.question.place.metres else ()
    centres = [centre_of(plan, site_id) for site_id in asked]
    points = [centre for centre in centres if centre is not None and centre.geom_type in ("Point", "MultiPoint")]
    if not shapes and not points:
        return None
    west, south, east, north = shapely.total_bounds([plan.grid.project(shape) for shape in (*shapes, *points)]).tolist()
    wide, high = max(0.0, LEAST_M - (east - west)) / 2, max(0.0, LEAST_M - (north - south)) / 2
    view = view_of(plan, (west - wide, south - high, east + wide, north + high))
    return view._replace(zoom=min(view.zoom, LARGEST_ZOOM))
