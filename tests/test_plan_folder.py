"""Faults in a plan folder: each is found, placed and explained in both languages."""

import csv
import json

import pytest

from layers.store.folder import check_folder
from layers.translation import LANGUAGES, translation


def edit_csv(path, change):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def edit_sites(folder, change):
    path = folder / "sites.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["features"])
    path.write_text(json.dumps(document), encoding="utf-8")


def only_fault(folder):
    plan, faults = check_folder(folder)
    assert plan is None
    assert len(faults) == 1, faults
    for language in LANGUAGES:
        assert " → " in translation(language).explain(faults[0])
    return faults[0]


def test_the_built_in_plan_has_no_fault(plan_folder):
    plan, faults = check_folder(plan_folder)
    assert faults == []
    assert plan is not None


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("kind", "wish", "field-choice"),
        ("title_zh", "", "field-missing"),
        ("title_zh", "长" * 501, "field-too-long"),
        ("theme", "nonsense", "unknown-theme"),
        ("section", "9-9", "unknown-section"),
        ("sites", "junliangcheng-north;nowhere", "unknown-site"),
        ("context_sites", "nowhere", "unknown-site"),
        ("sites", "nowhere;nowhere", "unknown-site"),
        ("target_value", "many", "field-number"),
        ("target_value", "inf", "field-number"),
        ("target_comparator", "~", "field-choice"),
        ("anchor", "a\x07b", "field-invalid"),
    ],
)
def test_a_bad_task_is_named_by_row_and_column(plan_folder, column, value, code):
    edit_csv(plan_folder / "tasks.csv", lambda rows: rows[5].update({column: value}))
    fault = only_fault(plan_folder)
    assert (fault.file, fault.row, fault.code) == ("tasks.csv", "7", code)
    assert fault.field.split(".")[0] == column


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("task_id", "nothing", "unknown-task"),
        ("status", "finished", "field-choice"),
        ("date", "2024-02-30", "field-date"),
        ("period", "2024-06/2024-01", "field-period"),
        ("source_url", "javascript:alert(1)", "field-address"),
        ("recorded_at", "yesterday", "field-invalid"),
    ],
)
def test_a_bad_event_is_named_by_row_and_column(plan_folder, column, value, code):
    edit_csv(plan_folder / "events.csv", lambda rows: rows[90].update({column: value}))
    fault = only_fault(plan_folder)
    assert (fault.file, fault.row, fault.field, fault.code) == ("events.csv", "92", column, code)


def test_evidence_needs_a_source(plan_folder):
    edit_csv(plan_folder / "events.csv", lambda rows: rows[90].update(source_publisher="", source_url=""))
    assert only_fault(plan_folder).code == "evidence-without-source"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (lambda feature: feature["properties"].update(category="castle"), "category", "field-choice"),
        (lambda feature: feature["properties"].update(accuracy_m=-1), "accuracy_m", "field-range"),
        (lambda feature: feature["properties"].update(precision="unplaced"), "precision", "precision-mismatch"),
        (lambda feature: feature["properties"].update(colour="red"), "colour", "field-unknown"),
        (lambda feature: feature.update(geometry={"type": "Point", "coordinates": [500, 39]}), "geometry", None),
    ],
)
def test_a_bad_site_is_named_by_id_and_property(plan_folder, change, field, code):
    edit_sites(plan_folder, lambda features: change(features[0]))
    fault = only_fault(plan_folder)
    assert (fault.file, fault.row, fault.field) == ("sites.geojson", "dongli-lake-centre", field)
    assert fault.code == (code or "geometry-not-degrees")


def test_ids_must_be_unique(plan_folder):
    edit_csv(plan_folder / "tasks.csv", lambda rows: rows.append(dict(rows[0])))
    fault = only_fault(plan_folder)
    assert (fault.code, fault.row) == ("duplicate-id", "80")


def test_a_site_must_be_in_a_layer(plan_folder):
    path = plan_folder / "layers.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"steel-valley-proxy"', ""), encoding="utf-8")
    fault = only_fault(plan_folder)
    assert (fault.file, fault.code, fault.details["id"]) == ("layers.toml", "site-in-no-layer", "steel-valley-proxy")


@pytest.mark.parametrize("name", ["plan.toml", "layers.toml", "sites.geojson", "tasks.csv", "events.csv"])
def test_a_missing_file_is_named(plan_folder, name):
    (plan_folder / name).unlink()
    fault = only_fault(plan_folder)
    assert fault.file == name
    assert fault.code in ("file-missing", "unreadable")


@pytest.mark.parametrize("name", ["plan.toml", "tasks.csv", "sites.geojson"])
def test_a_file_in_another_encoding_is_named(plan_folder, name):
    path = plan_folder / name
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert (only_fault(plan_folder).file, only_fault(plan_folder).code) == (name, "not-utf8")


def test_a_byte_order_mark_from_excel_is_fine(plan_folder):
    for name in ("tasks.csv", "events.csv", "plan.toml"):
        path = plan_folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_folder(plan_folder)[1] == []


def test_a_row_with_a_comma_too_many_is_named(plan_folder):
    path = plan_folder / "tasks.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] += ",more"
    path.write_text("\n".join(lines), encoding="utf-8")
    fault = only_fault(plan_folder)
    assert (fault.row, fault.code) == ("4", "row-length")


def test_every_fault_is_listed_not_only_the_first(plan_folder):
    edit_csv(plan_folder / "tasks.csv", lambda rows: [row.update(kind="wish") for row in rows[:10]])
    assert len(check_folder(plan_folder)[1]) == 10


def test_a_virtual_raster_posing_as_geojson_opens_nothing(plan_folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("name,x,y\nsecret,117,39\n", encoding="utf-8")
    (plan_folder / "sites.geojson").write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    assert only_fault(plan_folder).code == "not-json"


def with_columns(folder, *more):
    """Add rows to events.csv that name each other, as copies of its first row."""
    path = folder / "events.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = {**rows[0], "id": "first"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", *rows[0], "withdraws", "corrects"], lineterminator="\n")
        writer.writeheader()
        writer.writerows([first, *rows[1:], *({**rows[0], **row} for row in more)])


def test_an_event_takes_back_an_earlier_one(plan_folder):
    with_columns(plan_folder, {"id": "second", "status": "", "withdraws": "first"})
    plan, faults = check_folder(plan_folder)
    assert faults == []
    assert (plan.events[0].id, plan.events[-1].withdraws) == ("first", "first")


def test_events_without_ids_get_some_that_stay(plan_folder):
    one, other = (check_folder(plan_folder)[0].events for _ in range(2))
    assert [event.id for event in one] == [event.id for event in other]
    assert len({event.id for event in one}) == len(one)
    with_columns(plan_folder, {})
    repeated = check_folder(plan_folder)[0].events
    assert len({event.id for event in repeated}) == len(repeated)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"id": "first"}, "duplicate-id"),
        ({"withdraws": "none", "status": ""}, "unknown-event"),
        ({"id": "self", "corrects": "self"}, "unknown-event"),
        ({"task_id": "budget-revenue-growth", "corrects": "first"}, "event-of-another-task"),
        ({"withdraws": "first", "corrects": "first"}, "withdrawn-and-corrected"),
        ({"withdraws": "first"}, "withdrawal-states"),
        ({"withdraws": "first", "status": "", "measured_value": "1"}, "withdrawal-states"),
        ({"id": "two words"}, "field-identifier"),
    ],
)
def test_events_that_take_back_what_they_cannot(plan_folder, row, code):
    with_columns(plan_folder, row)
    assert only_fault(plan_folder).code == code
