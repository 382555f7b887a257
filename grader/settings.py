"""Everything that can be set, from the environment (`GRADER_…`) or a `.env` file."""

from __future__ import annotations

from importlib.resources import files
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from platformdirs import user_data_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from grader.speech import SpeechSettings


def _bundled(folder: str) -> Path:
    """Find bank data in the installed package, or beside it in a checkout."""
    package = Path(str(files("grader")))
    installed = package / "_bank_data" / folder
    return installed if installed.is_dir() else package.parent / folder


FailurePolicy = Literal["ungraded", "local"]

_Seconds = Annotated[float, Field(gt=0, le=3600)]


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _networks(value: object) -> object:
    parts = _split(value)
    # Read here, since the type would complain once for each kind of network.
    return [ip_network(part) for part in parts] if isinstance(parts, list) else parts


_Item = TypeVar("_Item")
# Written with commas in the environment, rather than as JSON.
_Listed = Annotated[tuple[_Item, ...], NoDecode, BeforeValidator(_split)]
_Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]


class LlmSettings(BaseModel):
    """How the LLM judge reaches its model, and what it may spend; `GRADER_LLM_…`.

    Attributes:
        base_url: An OpenAI-compatible endpoint, up to and with `/v1`.
        api_key: Sent as a bearer token. An endpoint that wants none still needs some value here.
        model: The model's name at that endpoint.
        prompt: Name of a prompt that ships with the package, or a file.
        temperature: 0 asks for the likeliest reply.
        seed: Asks for the same reply to the same request, where the endpoint can.
        timeout: Seconds that one attempt may take.
        deadline: Seconds that a call may take with all its attempts and waits.
        retries: Further attempts after a failure that may pass.
        concurrency: Calls under way at the same time, in this process.
        call_tokens: A call that may need more, prompt and reply together, is not made.
        batch_tokens: What all calls for one batch may use together; None for no limit.
        reasoning_tokens: Room for a model that thinks before it replies, on top of the reply's.
        examples: Worked examples shown with each answer, at most.
        redaction: What takes personal data out of answers before they leave for the model: `none`,
            or `presidio`, which needs `answer-grader[redaction]` and knows no names of people.
        cache: Whether replies are kept in `data_dir` and used again. They hold quotes of answers.
        failure: What becomes of what the LLM could not judge: `ungraded`, or the `local` judge's
            verdict. The grade says so either way.
    """

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr = SecretStr("")
    model: str = ""
    prompt: str = "judge-v1"
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    seed: int = 0
    timeout: _Seconds = 60.0
    deadline: _Seconds = 180.0
    retries: Annotated[int, Field(ge=0, le=20)] = 4
    concurrency: Annotated[int, Field(ge=1, le=256)] = 4
    call_tokens: Annotated[int, Field(ge=1)] = 24_000
    batch_tokens: Annotated[int, Field(ge=1)] | None = None
    reasoning_tokens: Annotated[int, Field(ge=0)] = 0
    examples: Annotated[int, Field(ge=0, le=10)] = 2
    redaction: Literal["none", "presidio"] = "none"
    cache: bool = True
    failure: FailurePolicy = "ungraded"


class Settings(BaseSettings):
    """Settings of one service or one command; passed along, never global.

    Attributes:
        rubrics_dir: Folder of rubric files.
        corpus_dir: Folder of reference answers.
        data_dir: Where the vector index, the cache of LLM replies and the records live.
        database_url: Where the records are kept instead: `postgresql://USER:PASSWORD@HOST/NAME` or
            `sqlite:///FILE`. Empty for `records.sqlite3` in `data_dir`.
        embedder: Which embedder, by name.
        embedder_model: `all-MiniLM-L6-v2` (installed with the package) or a folder with a model.
        index: Which vector index, by name: `chroma`, in `data_dir`, or `chroma-server`.
        index_url: Of the Chroma server, as in `http://chroma:8000`.
        index_token: Sent to it as a bearer token; empty for none.
        judge: Which judge, by name: `local`, `llm`, or `cascade`, which asks the LLM about what the
            local judge is unsure of.
        cross_encoder: A model that reads each claim together with what bears on it, as the local
            judge's second opinion: `none`, `installed` (with the package), or a folder with a
            sentence-transformers cross-encoder, fitted by `python -m evals.training.mixture FOLDER`.
        speech: How spoken answers are transcribed, `GRADER_SPEECH_…`.
        llm: The LLM judge's settings, each a variable of its own, as in `GRADER_LLM_MODEL`.
        cascade_threshold: The cascade asks the LLM where the local judge's confidence is below it.
        max_answer_characters: Longer answers are refused, in code points.
        route_similarity: A free-form question must be at least this near to a rubric's question,
            as a cosine.
        route_margin: And nearer than the next rubric by this much.
        concurrency: Answers graded at the same time by a batch.
        batch_retries: Further attempts of a batch at an answer that the judge failed at.
        public_url: Where candidates reach the service, as in `https://grader.example.com`, for the
            links of invites; empty for the address by which the request came that asks for one.
        invite_key: What signs invites, 32 characters or more; several with commas, of which the
            first signs and all are believed. Empty for a key of its own in `data_dir`, which does
            for one machine.
        work_in_process: Whether the service works on batches itself; over PostgreSQL `grader worker`
            can do so instead, on other machines.
        log_level: What the service logs at least.
        log_format: Lines of `text` for people, or one `json` object a line for programs.
        log_answers: Whether answers may stand in the log; for finding faults, never with real people.
        rate_limit: Requests that one API key may make, as in `20/second; 6000/minute`. Requests from
            this machine without a key are not counted.
        rate_limit_address: Requests that one address may make with all keys, right or wrong.
        rate_limit_store: Where requests are counted: `memory://`, each process for itself, or a
            `redis://` address that several share.
        max_running: Requests whose answers are graded at the same time.
        max_waiting: Further ones that may wait for that; beyond it they are refused with 503.
        wait_seconds: How long one may wait.
        request_seconds: How long the grading of one may take.
        shutdown_seconds: How long the service, told to stop, goes on with what it has begun.
        webhook_allow_http: Whether webhooks may be sent without TLS, as in development.
        webhook_allowed_networks: Networks that webhooks may be sent to although they are not public,
            as in `127.0.0.0/8,10.1.0.0/16`.
        webhook_ports: Ports that webhooks may be sent to, as in `443,8443`; empty for any.
    """

    model_config = SettingsConfigDict(
        env_prefix="GRADER_",
        env_file=".env",
        extra="ignore",
        env_nested_delimiter="_",
        env_nested_max_split=1,
    )

    rubrics_dir: Path = Field(default_factory=lambda: _bundled("rubrics"))
    corpus_dir: Path = Field(default_factory=lambda: _bundled("corpus"))
    data_dir: Path = Field(default_factory=lambda: user_data_path("grader", appauthor=False))
    database_url: SecretStr = SecretStr("")
    embedder: str = "sentence-transformers"
    embedder_model: str = "all-MiniLM-L6-v2"
    index: str = "chroma"
    index_url: str = ""
    index_token: SecretStr = SecretStr("")
    judge: str = "local"
    cross_encoder: str = "installed"
    llm: LlmSettings = LlmSettings()
    speech: SpeechSettings = SpeechSettings()
    cascade_threshold: Annotated[float, Field(ge=0, le=1)] = 0.7
    max_answer_characters: Annotated[int, Field(ge=1)] = 20_000
    route_similarity: Annotated[float, Field(ge=0, le=1)] = 0.55
    route_margin: Annotated[float, Field(ge=0, le=1)] = 0.05
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    batch_retries: Annotated[int, Field(ge=0, le=5)] = 3
    public_url: Annotated[str, Field(pattern=r"^(https?://[^/?#\s]+(/[^?#\s]*)?)?$")] = ""
    invite_key: SecretStr = SecretStr("")
    work_in_process: bool = True
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    log_answers: bool = False
    rate_limit: str = "6000/minute"
    rate_limit_address: str = "30000/minute"
    rate_limit_store: str = "memory://"
    max_running: Annotated[int, Field(ge=1, le=1024)] = 8
    max_waiting: Annotated[int, Field(ge=0, le=100_000)] = 64
    wait_seconds: _Seconds = 30.0
    request_seconds: _Seconds = 120.0
    shutdown_seconds: _Seconds = 30.0
    webhook_allow_http: bool = False
    webhook_allowed_networks: _Networks = ()
    webhook_ports: _Listed[Annotated[int, Field(ge=1, le=65535)]] = (443, 8443)
