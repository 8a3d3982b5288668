"""A plan that attacks whatever shows it."""

import csv
import json
import shutil
import tomllib
from pathlib import Path

import tomli_w

from layers.resources import default_plan_folder

ATTACK = "<img src=x onerror=alert(1)>`${alert(2)}`</script><script>alert(3)</script>\"'&amp; **b** :red[r] $x$ [l](http://e.example)"


def write_hostile_plan(folder: Path) -> Path:
    """Write a plan that says ATTACK wherever a plan can say anything, and return its folder."""
    plan = shutil.copytree(default_plan_folder(), folder)
    sites = json.loads((plan / "sites.geojson").read_text(encoding="utf-8"))
    for feature in sites["features"]:
        for key in ("name_zh", "source_zh", "note_zh", "licence"):
            feature["properties"][key] = f"{ATTACK} {feature['id']}"
    (plan / "sites.geojson").write_text(json.dumps(sites, ensure_ascii=False), encoding="utf-8")
    for name, columns in (
        ("tasks.csv", ("title_zh", "lead_unit", "verb", "partners", "anchor", "target_unit")),
        ("events.csv", ("summary_zh", "source_title", "source_publisher")),
    ):
        with (plan / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (plan / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows([{**row, **dict.fromkeys(columns, ATTACK)} for row in rows])
    for name in ("plan.toml", "layers.toml"):
        lines = (plan / name).read_text(encoding="utf-8").splitlines()
        attacked = [
            f"{line.split(' = ')[0]} = {json.dumps(ATTACK)}"
            if line.startswith(("title_zh", "attribution_zh"))
            else line
            for line in lines
        ]
        (plan / name).write_text("\n".join(attacked), encoding="utf-8")
    decks = tomllib.loads((plan / "decks.toml").read_text(encoding="utf-8"))
    for deck in decks["decks"]:
        for row in (deck, *deck["slides"]):
            row.update({key: f"{ATTACK} {row[key]}" for key in row if key.endswith("_zh")})
    (plan / "decks.toml").write_text(tomli_w.dumps(decks), encoding="utf-8")
    return plan
