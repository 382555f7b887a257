"""That what is deployed is confined, and names settings, commands and files that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import requires
from typing import Any

import click
import pytest
import yaml
from packaging.requirements import Requirement
from typer.main import get_command

from grader.cli import build_app
from grader.settings import LlmSettings, Settings
from grader.speech import SpeechSettings
from tests.deploy.linters import MANIFESTS, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
RESOURCES = [
    resource
    for file in sorted(MANIFESTS.glob("*.yaml"))
    for resource in yaml.safe_load_all(file.read_text(encoding="utf-8"))
]
WORKLOADS = [each for each in RESOURCES if each["kind"] in {"Deployment", "StatefulSet"}]
OURS = ("api", "worker", "migrate")


def containers(workload: Any, *, init: bool = True) -> list[Any]:
    pod = workload["spec"]["template"]["spec"]
    first = pod.get("initContainers", []) if init else []
    return [*first, *pod["containers"]]


def test_every_container_is_confined() -> None:
    assert len(WORKLOADS) == 3
    for workload in WORKLOADS:
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in containers(workload):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            for kind in ("requests", "limits"):
                assert {"cpu", "memory"} <= container["resources"][kind].keys()
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["user"] != "root"
    assert all("mem_limit" in service for service in COMPOSE["services"].values())
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] == "10001:10001"


def test_every_container_has_all_three_probes() -> None:
    for workload in WORKLOADS:
        for container in containers(workload, init=False):
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
    api = next(each for each in WORKLOADS if each["metadata"]["name"] == "api")
    (container,) = containers(api, init=False)
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_a_pod_has_as_long_to_end_as_the_service_takes() -> None:
    api = next(each for each in WORKLOADS if each["metadata"]["name"] == "api")
    pod = api["spec"]["template"]["spec"]
    pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    needed = pause + Settings.model_fields["shutdown_seconds"].default + 5
    assert pod["terminationGracePeriodSeconds"] > needed


def test_what_has_replicas_has_a_disruption_budget() -> None:
    budgets = [each for each in RESOURCES if each["kind"] == "PodDisruptionBudget"]
    covered = {
        each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] for each in budgets
    }
    assert covered == {
        each["metadata"]["name"] for each in WORKLOADS if each["spec"]["replicas"] > 1
    }


def test_every_pod_is_under_a_policy_that_lets_it_be_reached() -> None:
    policies = [each["spec"] for each in RESOURCES if each["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    reached = {
        policy["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for policy in policies
        if "ingress" in policy
    }
    assert reached == {each["metadata"]["name"] for each in WORKLOADS}


def test_no_secret_stands_in_a_manifest() -> None:
    assert not [each for each in RESOURCES if each["kind"] == "Secret"]
    names = {name for name, _ in settings_given()}
    assert not {name for name in names if re.search("KEY|TOKEN|PASSWORD|DATABASE_URL", name)}
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|TOKEN|PASSWORD|DATABASE_URL", name):
                assert ":?set it in .env}" in value


def settings_given() -> Iterator[tuple[str, str]]:
    """Settings in the config map."""
    (kustomization,) = (each for each in RESOURCES if each["kind"] == "Kustomization")
    for generator in kustomization["configMapGenerator"]:
        for literal in generator["literals"]:
            name, _, value = literal.partition("=")
            yield name, value


def known_settings() -> set[str]:
    names = set(Settings.model_fields)
    names |= {f"llm_{name}" for name in LlmSettings.model_fields}
    names |= {f"speech_{name}" for name in SpeechSettings.model_fields}
    return {f"GRADER_{name.upper()}" for name in names}


def test_every_setting_that_is_given_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(settings_given())
    of_compose = {
        name
        for service in COMPOSE["services"].values()
        for name in service.get("environment", {})
        if name.startswith("GRADER_")
    }
    of_image = set(re.findall(r"\b(GRADER_\w+)=", DOCKERFILE))
    assert given
    assert (given.keys() | of_compose | of_image) <= known_settings()
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings().index == "chroma-server"


def commands() -> list[list[str]]:
    listed = [container["args"] for each in WORKLOADS for container in containers(each)
              if container["image"] == "answer-grader"]  # fmt: skip
    return listed + [COMPOSE["services"][name]["command"] for name in OURS]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_exists_and_takes_its_options(command: list[str]) -> None:
    here: Any = get_command(build_app())
    arguments = list(command)
    context = click.Context(here)
    while isinstance(here, click.Group):
        name = arguments.pop(0)
        found = here.get_command(context, name)
        assert found is not None, f"there is no command {name}"
        here = found
    here.make_context(command[-1], arguments)


def test_what_the_image_is_built_of_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = [line[1:] for line in ignored if line.startswith("!")]
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(fnmatch(name, pattern) for pattern in kept), name


def test_the_chroma_server_is_of_the_release_that_the_client_may_be() -> None:
    wanted = next(
        parsed.specifier
        for parsed in map(Requirement, requires("answer-grader") or [])
        if parsed.name == "chromadb"
    )
    images = [COMPOSE["services"]["chroma"]["image"]]
    images += [c["image"] for each in WORKLOADS for c in containers(each) if "chroma" in c["image"]]
    assert len(set(images)) == 1
    assert images[0].split(":")[1] in wanted
