"""What receivers of webhooks are sent, for the OpenAPI document; nothing here is ever called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Header, status
from pydantic import AwareDatetime, BaseModel, Field

from api.deliveries import EventType, GradeMade

router = APIRouter(tags=["webhooks"])

_Data = TypeVar("_Data")


class WebhookMessage(BaseModel, Generic[_Data]):
    """The body of a webhook, by the Standard Webhooks specification.

    Attributes:
        type: What happened.
        timestamp: When it did.
        data: Ids, states and figures; `id` names what it happened to.
    """

    type: EventType
    timestamp: AwareDatetime
    data: _Data


class SignatureHeaders(BaseModel):
    """What a receiver checks before it believes a message."""

    webhook_id: Annotated[
        str, Field(description="The same on every attempt: drop a message that comes twice")
    ]
    webhook_timestamp: Annotated[
        int, Field(description="Seconds since 1970 at the sending: refuse what is minutes old")
    ]
    webhook_signature: Annotated[
        str, Field(description="`v1,…` by each active secret, with spaces in between: one must fit")
    ]


_SUMMARIES = {
    EventType.GRADE_CREATED: "A grade was made for one request",
    EventType.GRADE_NEEDS_REVIEW: "Such a grade asks for a person",
    EventType.BATCH_COMPLETED: "Every line of a batch has its result",
    EventType.BATCH_CANCELLED: "A batch was cancelled",
    EventType.REVIEW_CREATED: "A reviewer corrected or confirmed a grade",
    EventType.APPEAL_CREATED: "A candidate disagrees with a grade",
    EventType.APPEAL_RESOLVED: "A person decided on an appeal",
    EventType.INVITE_SUBMITTED: "A candidate answered by an invite; the grade is still to be made",
    EventType.INTERVIEW_FINISHED: "An interview is over",
    EventType.GREENHOUSE_TEST_SENT: "Greenhouse had a test sent; give the candidate the link",
    EventType.RUBRIC_PUBLISHED: "A version of a rubric is final, and graded by",
}

_OF_GRADES = (EventType.GRADE_CREATED, EventType.GRADE_NEEDS_REVIEW)


_Signature = Annotated[SignatureHeaders, Header()]


def _of_grade(body: WebhookMessage[GradeMade], signature: _Signature) -> None: ...


def _of_anything(body: WebhookMessage[dict[str, Any]], signature: _Signature) -> None: ...


for _event, _summary in _SUMMARIES.items():
    _receive: Callable[..., None] = _of_grade if _event in _OF_GRADES else _of_anything
    _documented = router.post(
        _event.value,
        operation_id=f"receive_{_event.name.lower()}",
        status_code=status.HTTP_204_NO_CONTENT,
        summary=_summary,
        description="Answer with any 2xx within 15 seconds. Anything else is tried again, for three "
        "days at growing intervals.",
        response_description="The message has arrived",
    )
    _documented(_receive)
