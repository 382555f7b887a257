"""`client.webhooks`, and believing what one says."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Unpack

import standardwebhooks
from pydantic import TypeAdapter, ValidationError

from grader.client._blocking import BlockingResource, Resource, blocking, iterating
from grader.client._errors import SignatureInvalid
from grader.client._operations import Operation
from grader.client.models import (
    Delivery,
    Page,
    Replayed,
    Webhook,
    WebhookChange,
    WebhookEvent,
    WebhookWithSecret,
)

_PATH = "/v1/webhooks"
_ONE = f"{_PATH}/{{webhook_id}}"
_DELIVERIES = f"{_ONE}/deliveries"

CREATE = Operation("POST", _PATH, TypeAdapter(WebhookWithSecret), creates=True)
LIST = Operation("GET", _PATH, TypeAdapter(Page[Webhook]))
GET = Operation("GET", _ONE, TypeAdapter(Webhook))
CHANGE = Operation("PATCH", _ONE, TypeAdapter(Webhook))
DELETE = Operation("DELETE", _ONE, TypeAdapter(None))
ROTATE = Operation("POST", f"{_ONE}/rotate", TypeAdapter(WebhookWithSecret), creates=True)
TEST = Operation("POST", f"{_ONE}/test", TypeAdapter(Delivery), creates=True)
LIST_DELIVERIES = Operation("GET", _DELIVERIES, TypeAdapter(Page[Delivery]))
GET_DELIVERY = Operation("GET", f"{_DELIVERIES}/{{delivery_id}}", TypeAdapter(Delivery))
REPLAY = Operation(
    "POST", f"{_DELIVERIES}/{{delivery_id}}/replay", TypeAdapter(Delivery), creates=True
)
REPLAY_FAILED = Operation("POST", f"{_ONE}/replay", TypeAdapter(Replayed), creates=True)


class AsyncWebhooks(Resource):
    """Be told what happens."""

    async def create(
        self,
        url: str,
        *,
        events: Sequence[str] = (),
        description: str = "",
        secret: str | None = None,
        idempotency_key: str | None = None,
    ) -> WebhookWithSecret:
        """Have events sent to an address.

        Args:
            url: A public `https` address.
            events: Types of events; none for all.
            description: Your note.
            secret: Your own signing secret, `whsec_` and 24 to 64 bytes in base64; one is made
                without, and shown this once.
            idempotency_key: Under the same one it is made once; one is made without.

        Raises:
            Invalid: Nothing may be sent there.
        """
        body = {"url": url, "events": list(events), "description": description, "secret": secret}
        return await self._session.call(CREATE, json=body, idempotency_key=idempotency_key)

    def list(self, *, limit: int | None = None) -> AsyncGenerator[Webhook]:
        """Iterate over the webhooks, newest first."""
        return self._session.items(LIST, query={"limit": limit})

    async def get(self, webhook_id: str) -> Webhook:
        """Return a webhook and how it fares."""
        return await self._session.call(GET, names={"webhook_id": webhook_id})

    async def change(self, webhook_id: str, **changes: Unpack[WebhookChange]) -> Webhook:
        """Change a webhook; enabling it again clears its failures.

        Args:
            webhook_id: The webhook.
            **changes: See `WebhookChange`.
        """
        return await self._session.call(CHANGE, names={"webhook_id": webhook_id}, json=changes)

    async def delete(self, webhook_id: str) -> None:
        """Delete a webhook with the record of its deliveries."""
        await self._session.call(DELETE, names={"webhook_id": webhook_id})

    async def rotate(
        self,
        webhook_id: str,
        *,
        overlap_hours: float = 24,
        secret: str | None = None,
        idempotency_key: str | None = None,
    ) -> WebhookWithSecret:
        """Make a new signing secret; during the overlap messages are signed with the old one too."""
        return await self._session.call(
            ROTATE,
            names={"webhook_id": webhook_id},
            json={"overlap_hours": overlap_hours, "secret": secret},
            idempotency_key=idempotency_key,
        )

    async def test(self, webhook_id: str, *, idempotency_key: str | None = None) -> Delivery:
        """Send an event of type `webhook.test`, once; `delivery` tells what came of it."""
        names = {"webhook_id": webhook_id}
        return await self._session.call(TEST, names=names, idempotency_key=idempotency_key)

    def deliveries(
        self, webhook_id: str, *, status: str | None = None, limit: int | None = None
    ) -> AsyncGenerator[Delivery]:
        """Iterate over what was, or is to be, sent to a webhook, newest first."""
        names, query = {"webhook_id": webhook_id}, {"status": status, "limit": limit}
        return self._session.items(LIST_DELIVERIES, names=names, query=query)

    async def delivery(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Return one delivery with its attempts."""
        return await self._session.call(GET_DELIVERY, names=_names(webhook_id, delivery_id))

    async def replay(
        self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> Delivery:
        """Send one message again, under the same `webhook-id`, whatever became of it before."""
        names = _names(webhook_id, delivery_id)
        return await self._session.call(REPLAY, names=names, idempotency_key=idempotency_key)

    async def replay_failed(
        self, webhook_id: str, *, since: datetime, idempotency_key: str | None = None
    ) -> int:
        """Send all messages again that failed since a moment; return how many."""
        replayed = await self._session.call(
            REPLAY_FAILED,
            names={"webhook_id": webhook_id},
            json={"since": since.isoformat()},
            idempotency_key=idempotency_key,
        )
        return replayed.replayed


class Webhooks(BlockingResource):
    """Be told what happens."""

    create = blocking(AsyncWebhooks.create)
    list = iterating(AsyncWebhooks.list)
    get = blocking(AsyncWebhooks.get)
    change = blocking(AsyncWebhooks.change)
    delete = blocking(AsyncWebhooks.delete)
    rotate = blocking(AsyncWebhooks.rotate)
    test = blocking(AsyncWebhooks.test)
    deliveries = iterating(AsyncWebhooks.deliveries)
    delivery = blocking(AsyncWebhooks.delivery)
    replay = blocking(AsyncWebhooks.replay)
    replay_failed = blocking(AsyncWebhooks.replay_failed)


def verify_webhook(body: bytes | str, headers: Mapping[str, str], secret: str) -> WebhookEvent:
    """Check that a message comes from the service, and read it.

    Follows the Standard Webhooks specification. While a secret is being rotated, messages are signed
    with the old one and the new one, so either will do.

    Args:
        body: Exactly as it came; not JSON that was read and written again.
        headers: Of the request.
        secret: That the webhook was made with, `whsec_…`.

    Raises:
        SignatureInvalid: It does not, or it is more than five minutes old.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        standardwebhooks.Webhook(secret).verify(body, named, json_parse=False)
        document = json.loads(body)
        return WebhookEvent.model_validate({**document, "id": named["webhook-id"]}, extra="ignore")
    except standardwebhooks.WebhookVerificationError as error:
        raise SignatureInvalid(f"the message is not to be believed: {error}") from error
    # What the library makes of headers, and this of a body, that nobody wrote who knows the secret.
    except (ValueError, TypeError, ValidationError) as error:
        raise SignatureInvalid("the message is not to be believed: it cannot be read") from error


def _names(webhook_id: str, delivery_id: str) -> dict[str, str]:
    return {"webhook_id": webhook_id, "delivery_id": delivery_id}
