"""What cannot be run where there is no container runtime is checked by linters."""

from __future__ import annotations

import yaml

from tests.deploy.linters import MANIFESTS, ROOT, passes, run

_YAML_RULES = "{extends: default, rules: {line-length: {max: 110}, document-start: disable}}"


def test_the_dockerfile() -> None:
    passes("hadolint", "Dockerfile")


def test_the_compose_file_follows_the_compose_specification() -> None:
    passes("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_all_yaml_is_tidy() -> None:
    passes("yamllint", "--strict", "-d", _YAML_RULES, "compose.yaml", "deploy")


def test_the_manifests_follow_the_schemas_of_kubernetes() -> None:
    files = [file for file in sorted(MANIFESTS.glob("*.yaml")) if file.stem != "kustomization"]
    passes("kubernetes-validate", "--strict", "--kubernetes-version", "1.33", *files)


def test_the_manifests_come_together() -> None:
    built = run("kubectl", "kustomize", MANIFESTS)
    assert built.returncode == 0, built.stderr
    resources = [each for each in yaml.safe_load_all(built.stdout) if each]
    assert {each["metadata"].get("namespace", "answer-grader") for each in resources} == {
        "answer-grader"
    }
    settings = next(each for each in resources if each["kind"] == "ConfigMap")
    assert f"name: {settings['metadata']['name']}" in built.stdout
    assert "image: answer-grader\n" not in built.stdout


def test_every_manifest_is_in_the_kustomization() -> None:
    listed = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text(encoding="utf-8"))
    there = {file.name for file in MANIFESTS.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(listed["resources"]) == there
    assert (ROOT / "compose.yaml").is_file()
