"""Plans of any size for the benchmarks: the built-in one plus made-up sites and tasks."""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path

from layers.plan.terms import Status
from layers.resources import default_plan_folder

CATEGORIES = ["industry", "leisure", "place", "innovation"]


def write_large_plan(folder: Path, *, sites: int, tasks_each: int = 1) -> None:
    """Write the built-in plan with `sites` made-up sites more, each with `tasks_each` tasks, to `folder`."""
    shutil.copytree(default_plan_folder(), folder, dirs_exist_ok=True)
    chance = random.Random(2024)  # noqa: S311 - not for secrets
    document = json.loads((folder / "sites.geojson").read_text(encoding="utf-8"))
    tasks, events = [], []
    for number in range(sites):
        site_id = f"made-up-{number}"
        position = [round(chance.uniform(117.24, 117.55), 6), round(chance.uniform(39.0, 39.24), 6)]
        document["features"].append(
            {
                "type": "Feature",
                "id": site_id,
                "properties": {
                    "name_zh": f"虚构地点{number}",
                    "name_en": f"Made-up place {number}",
                    "category": chance.choice(CATEGORIES),
                    "precision": "approximate",
                    "accuracy_m": 50,
                    "source_zh": "虚构，仅供测速",
                    "licence": "facts-only",
                },
                "geometry": {"type": "Point", "coordinates": position},
            }
        )
        for of_site in range(tasks_each):
            task_id = f"made-up-task-{number}" + (f"-{of_site}" if of_site else "")
            task = {"id": task_id, "section": "1-2", "title_zh": f"虚构任务{number}", "kind": "project"}
            tasks.append({**task, "theme": "manufacturing", "sites": site_id})
            event = {
                "task_id": task_id,
                "date": "2024-01",
                "basis": "stated",
                "status": chance.choice(list(Status)).value,
            }
            event |= {"summary_zh": "虚构", "source_title": "虚构", "confidence": "low", "recorded_by": "bench"}
            events.append({**event, "recorded_at": "2026-01-01"})
    (folder / "sites.geojson").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    _append(folder / "tasks.csv", tasks)
    _append(folder / "events.csv", events)
    layers = (folder / "layers.toml").read_text(encoding="utf-8")
    made_up = f"""
[[layers]]
id = "made-up"
group = "report"
title_zh = "虚构"
categories = {json.dumps(CATEGORIES)}
"""
    (folder / "layers.toml").write_text(layers + made_up, encoding="utf-8")


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, restval="", lineterminator="\n").writerows(rows)
