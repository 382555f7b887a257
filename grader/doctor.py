"""Looking at every configured part without starting the service."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from grader import __version__
from grader.bank import LockFile, load_bank, lock_problems
from grader.embedding import SharedEncoder, build_embedder
from grader.errors import GraderError
from grader.index import build_index
from grader.judges import SupportsClose, build_judge
from grader.settings import Settings

_PACKAGES = (
    "torch",
    "sentence-transformers",
    "chromadb",
    "langchain-core",
    "langchain-openai",
    "fastapi",
    "openai",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part.

    Attributes:
        detail: What it is, or what is wrong and what to do.
        ok: Whether the part can be used.
    """

    part: str
    detail: str
    ok: bool = True


def examine(settings: Settings) -> list[Finding]:
    """Try every part in turn; a part that fails does not keep the next from being tried."""
    checks: dict[str, Callable[[Settings], str]] = {
        "packages": _packages,
        "bank": _bank,
        "embedder": _embedder,
        "vector index": _index,
        "judge": _judge,
        "LLM": _llm,
    }
    findings = [Finding("grader", f"{__version__} on Python {platform.python_version()}")]
    for part, check in checks.items():
        try:
            findings.append(Finding(part, check(settings)))
        except GraderError as error:
            findings.append(Finding(part, str(error), ok=False))
        except Exception as error:  # noqa: BLE001 - a broken part is what is being looked for
            findings.append(Finding(part, f"{type(error).__name__}: {error}", ok=False))
    return findings


def _packages(_: Settings) -> str:
    return ", ".join(f"{name} {version(name)}" for name in _PACKAGES)


def _bank(settings: Settings) -> str:
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    changed = lock_problems(bank, LockFile.read(settings.rubrics_dir))
    note = f"; {len(changed)} differ from the lock file" if changed else ""
    return f"{len(bank)} rubrics in {settings.rubrics_dir}{note}"


def _embedder(settings: Settings) -> str:
    embedder = build_embedder(settings)
    dimensions = len(embedder.encode(["ready"])[0].vector)
    return f"{embedder.fingerprint}, {dimensions} dimensions"


def _index(settings: Settings) -> str:
    index = build_index(settings)
    return f"{settings.index} in {settings.data_dir}: {index.size()} rubrics"


def _judge(settings: Settings) -> str:
    encoder = SharedEncoder(build_embedder(settings))
    judge = build_judge(settings, encoder)
    if isinstance(judge, SupportsClose):
        judge.close()
    identity = judge.identity
    prompt = f", prompt {identity.prompt_sha256[:12]}" if identity.prompt_sha256 else ""
    return f"{identity.judge}: {identity.model}{prompt}"


def _llm(settings: Settings) -> str:
    from grader.judges.llm import check_llm_settings, without_password

    llm = settings.llm
    if settings.judge == "local" and not llm.model:
        return "not used: the judge is local"
    check_llm_settings(llm)
    from grader.judges.llm._openai import reach

    where = f"{llm.model} at {without_password(llm.base_url)}"
    limits = f"{llm.call_tokens:,} tokens a call, {llm.concurrency} calls at once"
    batch = f"{llm.batch_tokens:,} tokens a batch" if llm.batch_tokens else "no limit on a batch"
    cache = "cache on" if llm.cache else "cache off"
    return f"{where}: {reach(llm)}; {limits}, {batch}; {cache}; failures become {llm.failure}"
