"""The matrix of themes and statuses; each count leads to the map with that theme and status as filter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from layers.escape import template_environment
from layers.plan.plan import Plan
from layers.plan.scene import Evidence, Scene
from layers.plan.terms import Status
from layers.selection.address import map_query
from layers.selection.matrix import MatrixRow, matrix
from layers.selection.select import Selection
from layers.translation import Translation

TEMPLATES = template_environment(Path(__file__).with_name("templates"))


def matrix_html(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> str:
    """Return the matrix of the tasks of `selection`."""
    found = matrix(plan, selection)

    def address(row: MatrixRow, status: Status | None = None, evidence: Evidence | None = None) -> str:
        narrowed = replace(
            scene,
            themes=frozenset({row.theme.id}) if row.theme else scene.themes,
            statuses=frozenset({status}) if status else scene.statuses,
            evidence=evidence or scene.evidence,
        )
        return f"/?{map_query(narrowed)}"

    return str(
        TEMPLATES.get_template("matrix.html").render(
            text=text,
            language=text.language,
            matrix=found,
            statuses=list(Status),
            address=address,
            without=Evidence.WITHOUT,
        )
    )
