"""What the judge says to a chat model and hears from it, whichever library carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from grader.errors import JudgeUnavailable
from grader.types import Usage


class Message(NamedTuple):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One thing asked of a model.

    Attributes:
        schema: The JSON schema that the reply must follow.
        output_tokens: The most tokens that the reply may take.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    output_tokens: int


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What a model replied.

    Attributes:
        text: Its words; not checked in any way.
        refusal: Why the model, or a filter before or after it, would not reply; None if it did.
        cut_off: Whether the reply ended because it was too long.
        usage: As the endpoint reports it; None where it does not.
    """

    text: str
    refusal: str | None = None
    cut_off: bool = False
    usage: Usage | None = None


class ChatFailed(JudgeUnavailable):
    """A request got no reply.

    Attributes:
        retryable: Whether the same request may succeed later.
        retry_after: Seconds that the endpoint asks to wait; None where it does not.
        status: HTTP status; None where there was no response.
        said: What the endpoint said, for the log; it may quote anything.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
        said: str = "",
    ) -> None:
        """Keep what decides whether to try again; the message may reach a candidate."""
        self.retryable = retryable
        self.retry_after = retry_after
        self.status = status
        self.said = said
        super().__init__(message)


class ChatModel(Protocol):
    """A model behind an endpoint; one call is one attempt."""

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Ask for a reply.

        Raises:
            ChatFailed: There was none.
        """
        ...

    async def aclose(self) -> None:
        """Close its connections."""
        ...
