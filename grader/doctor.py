"""Looking at every configured part without starting the service."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import entry_points, version
from pathlib import Path

from grader import __version__
from grader.bank import LockFile, load_bank, lock_problems
from grader.disk import check_writable, room
from grader.embedding import SharedEncoder, build_embedder
from grader.errors import ConfigurationError, GraderError
from grader.index import build_index
from grader.judges import SupportsClose, build_judge
from grader.settings import Settings

# Packages that sit on top of the core add what they need to have checked: functions that take the
# settings and return what they found, or raise.
_PLUGINS = "grader.checks"

# Below it the records, their log of changes and an uploaded batch may not fit beside each other.
_LEAST_ROOM = 500_000_000

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
        "disk": _disk,
        "bank": _bank,
        "embedder": _embedder,
        "vector index": _index,
        "judge": _judge,
        "LLM": _llm,
        "speech": _speech,
    }
    for plugin in sorted(entry_points(group=_PLUGINS), key=lambda entry: entry.name):
        checks[plugin.name] = plugin.load()
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


def _disk(settings: Settings) -> str:
    told = []
    # Uploads and recordings wait in the second.
    for folder in dict.fromkeys((settings.data_dir, Path(tempfile.gettempdir()))):
        free = room(folder)
        left = f"{folder}: {free / 1e9:.1f} GB free"
        if not folder.exists():
            told.append(f"{left}; the folder will be made")
            continue
        check_writable(folder)
        if free < _LEAST_ROOM:
            raise ConfigurationError(
                f"{folder}: {free / 1e6:.0f} MB free; make room, {_LEAST_ROOM / 1e6:.0f} MB or more"
            )
        told.append(left)
    return "; ".join(told)


def _embedder(settings: Settings) -> str:
    embedder = build_embedder(settings)
    dimensions = len(embedder.encode(["ready"])[0].vector)
    return f"{embedder.fingerprint}, {dimensions} dimensions"


def _index(settings: Settings) -> str:
    with closing(build_index(settings)) as index:
        size = index.size()
    if settings.index == "chroma":
        return f"chroma in {settings.data_dir}: {size} rubrics"
    token = "a token is sent" if settings.index_token.get_secret_value() else "no token is sent"
    return f"{settings.index} at {settings.index_url}: {size} rubrics; {token}"


def _judge(settings: Settings) -> str:
    encoder = SharedEncoder(build_embedder(settings))
    judge = build_judge(settings, encoder)
    if isinstance(judge, SupportsClose):
        judge.close()
    identity = judge.identity
    prompt = f", prompt {identity.prompt_sha256[:12]}" if identity.prompt_sha256 else ""
    return f"{identity.judge}: {identity.model}{prompt}"


def _llm(settings: Settings) -> str:
    from grader.llm import check_llm_settings, reach, without_password

    llm = settings.llm
    if settings.judge == "local" and not llm.model:
        return "not used: the judge is local"
    check_llm_settings(llm)
    where = f"{llm.model} at {without_password(llm.base_url)}"
    limits = f"{llm.call_tokens:,} tokens a call, {llm.concurrency} calls at once"
    batch = f"{llm.batch_tokens:,} tokens a batch" if llm.batch_tokens else "no limit on a batch"
    cache = "cache on" if llm.cache else "cache off"
    return (
        f"{where}: {reach(llm)}; {limits}, {batch}; {cache}; redaction {llm.redaction}; "
        f"failures become {llm.failure}"
    )


def _speech(settings: Settings) -> str:
    from grader.speech.engines import try_engine

    speech = settings.speech
    delivery = "delivery on" if speech.delivery else "delivery off"
    if not speech.engine:
        return f"no engine (GRADER_SPEECH_ENGINE): transcripts only; {delivery}"
    limits = f"{speech.max_bytes / 1e6:g} MB and {speech.max_seconds:g} s a recording"
    return f"{try_engine(speech)}; {limits}, {speech.concurrency} at once; {delivery}"
