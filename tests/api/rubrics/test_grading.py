from __future__ import annotations

import json

from tests.api.rubrics.support import OWN, at, draft, own, publish, reworded
from tests.api.support import FIRST, SECOND, Service


def test_answers_are_graded_by_the_newest_of_ones_own(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme)
    publish(acme, reworded("1.1.0"))
    draft(acme, own("2.0.0"))
    made = acme.grade("It decouples.", rubric_id=OWN)
    assert made.status_code == 201, made.text
    assert made.json()["rubric"]["version"] == "1.1.0"
    assert made.json()["points"][0]["claim"] == "The producer goes on at once."
    assert made.json()["rubric"]["sha256"] == acme("GET", at(own("1.1.0"))).json()["sha256"]
    assert service.caller("other").grade(rubric_id=OWN).status_code == 404


def test_a_draft_is_not_graded_by(service: Service) -> None:
    acme = service.caller("acme")
    draft(acme)
    refused = acme.grade(rubric_id=OWN)
    assert (refused.status_code, refused.json()["code"]) == (404, "rubric_not_found")
    assert "1.0.0 (draft)" in refused.json()["detail"]
    # Nor if answers were graded by the same document, sent along with them.
    assert acme.grade(rubric_id=None, rubric=own()).status_code == 201
    named = acme.grade(rubric_id=OWN, rubric_version="1.0.0")
    assert named.status_code == 404
    assert "publish it" in named.json()["detail"]


def test_what_is_retired_is_graded_by_where_it_is_named(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme)
    old = acme.grade("It decouples.", rubric_id=OWN).json()
    publish(acme, reworded("1.1.0"))
    acme("POST", at(own(), "retire"))
    acme("POST", at(own("1.1.0"), "retire"))
    assert acme.grade(rubric_id=OWN).status_code == 404
    assert acme.grade(rubric_id=OWN, rubric_version="1.0.0").status_code == 201
    regrade = acme("POST", f"/v1/grades/{old['id']}/regrade", json={"rubric_version": "1.1.0"})
    assert regrade.status_code == 201, regrade.text
    assert regrade.json()["rubric"]["version"] == "1.1.0"


def test_a_batch_is_graded_by_ones_own(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme)
    line = json.dumps({"custom_id": "a", "rubric_id": OWN, "answer": "It buffers."})
    headers = {"Content-Type": "application/x-ndjson"}
    sent = acme("POST", "/v1/batches", content=line, headers=headers)
    assert sent.status_code == 201, sent.text
    assert sent.json()["counts"]["failed"] == 0


def test_an_id_of_the_bank_is_taken_as_a_fork_only(service: Service) -> None:
    acme = service.caller("acme")
    mine = own("2.0.0", id=FIRST.id)
    refused = draft(acme, mine)
    assert (refused.status_code, refused.json()["code"]) == (409, "rubric_id_taken")
    assert f"?fork_of={SECOND.version}" in refused.json()["detail"]
    assert draft(acme, mine, fork_of="7.0.0").status_code == 404
    assert draft(acme, own(), fork_of="1.0.0").status_code == 404
    held = draft(acme, own(SECOND.version, id=FIRST.id), fork_of="1.0.0")
    assert (held.status_code, held.json()["code"]) == (409, "rubric_version_exists")

    made = draft(acme, mine, fork_of=SECOND.version)
    assert made.json()["record"]["forked_from"] == SECOND.version
    assert acme("GET", f"/v1/rubrics/{FIRST.id}").json()["record"]["owner"] == "bank"
    published = acme("POST", at(mine, "publish")).json()
    assert published["advice"]["needed"] == "major"  # for what it leaves out of the bank's
    assert acme.grade().json()["rubric"]["version"] == "2.0.0"
    assert acme.grade(rubric_version="1.1.0").json()["rubric"]["sha256"] == SECOND.sha256
    assert service.caller("other").grade().json()["rubric"]["version"] == SECOND.version

    later = draft(acme, own("2.1.0", id=FIRST.id))  # the fork's own by now
    assert later.json()["record"]["forked_from"] == SECOND.version
    acme("POST", at(mine, "retire"))
    assert acme.grade().json()["rubric"]["version"] == SECOND.version


def test_a_fork_counts_on_from_what_it_was_made_of(service: Service) -> None:
    acme = service.caller("acme")
    refused = publish(acme, own("1.0.5", id=FIRST.id), fork_of="1.1.0")
    assert (refused.status_code, refused.json()["code"]) == (409, "rubric_version_not_greater")


def test_nobody_changes_the_bank(service: Service) -> None:
    acme = service.caller("acme")
    theirs = FIRST.model_dump(mode="json")
    for method, action in (("PUT", ""), ("DELETE", ""), ("POST", "publish"), ("POST", "retire")):
        refused = acme(method, at(theirs, action), json=theirs if method == "PUT" else None)
        assert (refused.status_code, refused.json()["code"]) == (409, "rubric_id_taken")
        assert "fork_of=1.0.0" in refused.json()["detail"]
