from __future__ import annotations

import csv
import io
import json

import pytest

from api.rubrics import RubricFormat
from grader.bank import parse_rubric
from tests.api.rubrics.support import OWN, at, draft, own, publish
from tests.api.support import FIRST, SECOND, Service
from tests.grader.factories import full_document

FULL = full_document() | {"id": OWN, "reference": None}
KINDS = {
    RubricFormat.YAML: "application/yaml",
    RubricFormat.JSON: "application/json",
    RubricFormat.HEALTHBENCH: "application/x-ndjson",
    RubricFormat.CSV: "text/csv",
}


@pytest.mark.parametrize("written_as", list(RubricFormat))
def test_what_is_exported_can_be_imported(service: Service, written_as: RubricFormat) -> None:
    rubric = FULL | ({"examples": []} if written_as is RubricFormat.CSV else {})
    acme, other = service.caller("acme"), service.caller("other")
    draft(acme, rubric)
    file = acme("GET", f"/v1/rubrics/{OWN}/export?format={written_as}&version=1.2.3")
    assert file.status_code == 200, file.text
    assert file.headers["Content-Type"].partition(";")[0] == KINDS[written_as]
    suffix = {"healthbench": "jsonl"}.get(written_as, written_as)
    assert f'filename="{OWN}@1.2.3.{suffix}"' in file.headers["Content-Disposition"]
    headers = {"Content-Type": KINDS[written_as]}
    taken = other("POST", "/v1/rubrics/import", content=file.content, headers=headers)
    assert taken.status_code == 201, taken.text
    (item,) = taken.json()["items"]
    assert (item["id"], item["version"], item["status"]) == (OWN, "1.2.3", "draft")
    assert item["sha256"] == parse_rubric(rubric).sha256


def test_a_rubric_of_the_bank_is_exported(service: Service) -> None:
    acme = service.caller("acme")
    file = acme("GET", f"/v1/rubrics/{FIRST.id}/export?format=json")
    assert parse_rubric(file.json()) == SECOND


def test_what_a_format_cannot_hold_is_said(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme, FULL)
    path = f"/v1/rubrics/{OWN}/export?format="
    assert "worked examples" in acme("GET", path + "csv").headers["Export-Losses"]
    assert "Export-Losses" not in acme("GET", path + "yaml").headers
    assert acme("GET", path + "pdf").status_code == 422


def test_a_table_guards_against_formulas(service: Service) -> None:
    acme = service.caller("acme")
    points = [{"id": "sum", "claim": "=1+1 is two.", "weight": 1}]
    publish(acme, own(points=points))
    table = acme("GET", f"/v1/rubrics/{OWN}/export?format=csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["text"] == "'=1+1 is two."


def test_an_import_is_all_or_nothing(service: Service) -> None:
    acme = service.caller("acme")
    rows = [
        "rubric_id,version,type,text,weight,question",
        "one,1.0.0,point,Something,1,What?",
        f"{FIRST.id},5.0.0,point,Something,1,What?",
    ]
    headers = {"Content-Type": "text/csv"}
    refused = acme("POST", "/v1/rubrics/import", content="\n".join(rows), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "rubric_id_taken")
    assert acme("GET", "/v1/rubrics/one/versions").status_code == 404
    assert (
        acme("POST", "/v1/rubrics/import", content="\n".join(rows[:2]), headers=headers).json()[
            "items"
        ][0]["id"]
        == "one"
    )
    wrong = acme(
        "POST", "/v1/rubrics/import", content="\n".join([*rows, "x,,y,z,,"]), headers=headers
    )
    assert wrong.status_code == 422
    assert "rubrics.csv:4: type: must be point" in wrong.json()["detail"]


def test_an_import_may_replace_drafts_and_nothing_else(service: Service) -> None:
    acme = service.caller("acme")
    headers = {"Content-Type": "application/json"}

    def send(question: str, replace: str) -> int:
        text = json.dumps(own(question=question))
        path = f"/v1/rubrics/import?replace={replace}"
        return int(acme("POST", path, content=text, headers=headers).status_code)

    assert send("First?", "true") == 201
    assert send("Second?", "false") == 409
    assert send("Third?", "true") == 201
    assert acme("GET", at(own())).json()["question"] == "Third?"
    acme("POST", at(own(), "publish"))
    assert send("Fourth?", "true") == 409
    assert acme("GET", at(own())).json()["question"] == "Third?"


def test_a_bare_list_of_criteria_takes_its_question_along(service: Service) -> None:
    acme = service.caller("acme")
    items = [
        {"criterion": "Says that work waits.", "points": 3, "tags": []},
        {"criterion": "Claims that nothing is lost.", "points": -2, "tags": []},
    ]
    query = {"format": "healthbench", "question": "What does a queue do?"}
    taken = acme("POST", "/v1/rubrics/import", json=items, params=query)
    assert taken.status_code == 201, taken.text
    (item,) = taken.json()["items"]
    made = acme("GET", f"/v1/rubrics/{item['id']}/versions/{item['version']}").json()
    assert made["question"] == "What does a queue do?"
    assert (len(made["points"]), len(made["mistakes"])) == (1, 1)
    assert acme("POST", "/v1/rubrics/import", json=items).status_code == 422
