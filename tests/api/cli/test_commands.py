"""The commands as a person runs them, over a database of each kind."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from api.cli import db, keys, serve
from api.records import latest_revision
from grader.errors import BadInput, ConfigurationError, GraderError
from grader.settings import Settings
from tests.api.support import Caller, Service, scripted_grader


@pytest.fixture(autouse=True)
def _environment(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if "service_settings" in request.fixturenames:
        settings: Settings = request.getfixturevalue("service_settings")
        monkeypatch.setenv("GRADER_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path))


def run(app: typer.Typer, *args: str) -> Result:
    return CliRunner().invoke(app, args)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return str(result.stdout).splitlines()


def created(*args: str) -> tuple[str, str]:
    """Make a key; returns its id and the key."""
    (key,) = lines(run(keys, "create", *args))
    return f"key_{key.split('_')[1]}", key


def listed(*args: str) -> dict[str, dict[str, Any]]:
    rows = json.loads(run(keys, "list", "--json", *args).stdout)
    return {row["id"]: row for row in rows}


def test_a_key_made_by_the_command_opens_the_service(service: Service) -> None:
    _, key = created("--tenant", "acme", "--name", "ci", "--scope", "read", "--scope", "grade")
    caller = Caller(service.http, key)
    assert caller.grade().status_code == 201
    assert caller("GET", "/v1/grades").status_code == 200


@pytest.mark.usefixtures("service_settings")
def test_the_key_alone_goes_to_standard_output() -> None:
    result = run(keys, "create", "--tenant", "acme", "--expires-in", "90d")
    assert result.stdout.count("\n") == 1
    assert result.stdout.startswith("grk_")
    assert "shown this once" in result.stderr
    assert "grk_" not in result.stderr


def test_keys_are_listed_with_how_they_stand(service: Service) -> None:
    good, key = created("--tenant", "acme", "--name", "ci")
    ended, _ = created("--tenant", "other", "--expires-in", "0m")
    revoked, _ = created("--tenant", "other", "--scope", "all")
    assert lines(run(keys, "revoke", revoked)) == [f"{revoked} (default) is revoked."]
    Caller(service.http, key)("GET", "/v1/grades")
    rows = listed()
    assert rows[good]["scopes"] == ["grade", "read"]
    assert rows[good]["state"] == "good"
    assert rows[good]["last_used_at"] is not None
    assert rows[ended]["state"].startswith("expired ")
    assert rows[revoked]["state"] == "revoked"
    assert rows[revoked]["scopes"] == ["admin", "author", "grade", "read", "review"]
    assert set(listed("--tenant", "other")) == {ended, revoked}
    table = lines(run(keys, "list"))
    assert table[0].split() == ["KEY", "TENANT", "NAME", "SCOPES", "STATE", "LAST", "USED"]
    assert good in table[1]
    assert not any(secret in "".join(table) for secret in key.split("_")[2:])


def test_a_key_is_rotated_with_an_overlap(service: Service) -> None:
    old, old_key = created("--tenant", "acme")
    (new_key,) = lines(run(keys, "rotate", old, "--overlap", "1h"))
    assert listed()[old]["state"].startswith("good until ")
    for key in (old_key, new_key):
        assert Caller(service.http, key)("GET", "/v1/grades").status_code == 200
    new = f"key_{new_key.split('_')[1]}"
    lines(run(keys, "rotate", new, "--overlap", "0m"))
    assert Caller(service.http, new_key)("GET", "/v1/grades").status_code == 401


@pytest.mark.usefixtures("service_settings")
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["create", "--scope", "everything"], "'everything' is none; choose from grade, read"),
        (["create", "--expires-in", "soon"], "--expires-in: 'soon' is not a length of time"),
        (["create", "--expires-in", "-1d"], "is not a length of time"),
        (["create", "--tenant", " "], "--tenant: give 1 to 200"),
        (["create", "--name", "a\x00b"], "--name: give 1 to 200"),
        (["revoke", "key_unknown"], "there is no key 'key_unknown'"),
        (["rotate", "key_unknown"], "there is no key 'key_unknown'"),
        (["rotate", "key_unknown", "--overlap", "1 day"], "--overlap: '1 day'"),
        (["list", "--tenant", "nobody"], "there is no tenant 'nobody'; there are local"),
    ],
)
def test_what_cannot_be_done_says_why(args: list[str], words: str) -> None:
    result = run(keys, *args)
    assert isinstance(result.exception, BadInput)
    assert words in str(result.exception)


@pytest.mark.usefixtures("service_settings")
def test_a_revoked_key_is_revoked_once() -> None:
    key_id, _ = created()
    run(keys, "revoke", key_id)
    again = run(keys, "revoke", key_id)
    assert isinstance(again.exception, GraderError)
    assert "was revoked at" in str(again.exception)


@pytest.mark.usefixtures("service_settings")
def test_without_keys_the_list_says_how_to_make_one() -> None:
    assert lines(run(keys, "list")) == ["There are no keys; make one with: grader keys create"]


def test_tables_are_made_by_the_command(tmp_path: Path) -> None:
    before = run(db, "current")
    assert before.exit_code == 1
    assert "no tables" in before.stdout
    now = f"{tmp_path / 'records.sqlite3'}: revision {latest_revision()}"
    assert lines(run(db, "upgrade")) == [now]
    assert lines(run(db, "current")) == [now]
    with sqlite3.connect(tmp_path / "records.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    assert run(db, "current").exit_code == 1


@pytest.mark.usefixtures("service_settings")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "grader.example"])
def test_without_keys_the_service_listens_on_this_machine_only(host: str) -> None:
    app = typer.Typer()
    app.command()(serve)
    result = run(app, "--host", host)
    assert isinstance(result.exception, ConfigurationError)
    assert "grader keys create" in str(result.exception)


def test_a_grade_of_the_local_tenant_is_seen_with_a_key_of_it(service: Service) -> None:
    body = {"rubric_id": "queue-basics", "answer": "It decouples."}
    before = service.http.post("/v1/grades", json=body).json()
    _, key = created()
    found = Caller(service.http, key)("GET", f"/v1/grades/{before['id']}")
    assert found.status_code == 200


def test_commands_work_where_the_records_are_already_in_use(service: Service) -> None:
    grader = scripted_grader(service.settings)
    with Service.running(service.settings, grader) as second:
        _, key = created("--tenant", "acme")
        ids = {
            Caller(http, key).grade().json()["id"]
            for http in (service.http, second.http)
            for _ in range(3)
        }
        shown = Caller(second.http, key)("GET", "/v1/grades").json()["items"]
    assert {grade["id"] for grade in shown} == ids
