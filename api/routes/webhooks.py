"""`/v1/webhooks`."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Administering, Caller, Scope
from api.deliveries import (
    TEST_EVENT,
    Delivery,
    DeliveryPage,
    Endpoint,
    EndpointChange,
    EndpointPage,
    EndpointWithSecret,
    NewEndpoint,
    Replay,
    Replayed,
    Rotation,
    disable,
    enable,
    kept_secret,
    rotated,
)
from api.dependencies import OpenDatabase, OpenDeliveries, OpenSender
from api.errors import NotFound, ServiceError
from api.idempotency import Creation, creates
from api.paging import CursorParameter, Cursors
from api.records import (
    AuditLog,
    Deliveries,
    DeliveryStatus,
    WebhookEndpointRow,
    WebhookEndpoints,
    now,
)
from api.webhooks import Signer, new_secret

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_MOST_ENDPOINTS = 20
_BY_OWNER = "disabled by its owner"

_Creating = Annotated[Creation, creates(Scope.ADMIN)]

_Limit = Annotated[int, Query(ge=1, le=100)]


class TooManyEndpoints(ServiceError):
    """A tenant has as many endpoints as it may have."""

    code = "too_many_webhooks"
    status = HTTPStatus.CONFLICT
    title = "There are as many webhooks as there may be"


class EndpointDisabled(ServiceError):
    """Nothing is sent to an endpoint that is disabled."""

    code = "webhook_disabled"
    status = HTTPStatus.CONFLICT
    title = "The webhook is disabled"


@router.post("", status_code=status.HTTP_201_CREATED, response_model=EndpointWithSecret)
async def create_webhook(body: NewEndpoint, creation: _Creating, sender: OpenSender) -> Response:
    """Have events sent to an address, by the Standard Webhooks specification.

    The response holds the secret that signatures are checked with; it is not shown again.
    """
    secret = _secret_or_new(body.secret)
    url = await sender.check(body.url)
    async with creation.transaction() as unit:
        endpoints = WebhookEndpoints(unit.session, creation.caller.tenant_id)
        if await endpoints.count() >= _MOST_ENDPOINTS:
            raise TooManyEndpoints(
                f"there are {_MOST_ENDPOINTS} webhooks, and there may be no more; delete one first"
            )
        row = await endpoints.add(
            url,
            description=body.description,
            events=[event.value for event in body.events],
            secrets=[kept_secret(secret, now())],
        )
        _note(unit.session, creation.caller, "webhook.created", row.id)
        return unit.respond(
            EndpointWithSecret.of(row, secret=secret).model_dump_json(),
            headers={"Location": f"{router.prefix}/{row.id}"},
        )


@router.get("")
async def list_webhooks(
    caller: Administering,
    database: OpenDatabase,
    limit: _Limit = 20,
    cursor: CursorParameter = None,
) -> EndpointPage:
    """List the webhooks, newest first."""
    cursors = Cursors("webhooks")
    before = cursors.decode(cursor)
    async with database.read() as session:
        endpoints = WebhookEndpoints(session, caller.tenant_id)
        found = await endpoints.page(before=before, limit=limit + 1)
    more = len(found) > limit
    return EndpointPage(
        items=[Endpoint.of(row) for row in found[:limit]],
        next_cursor=cursors.encode(found[limit - 1].id) if more else None,
    )


@router.get("/{webhook_id}")
async def get_webhook(webhook_id: str, caller: Administering, database: OpenDatabase) -> Endpoint:
    """Return a webhook and how it fares."""
    async with database.read() as session:
        row = await _found(session, caller, webhook_id)
    return Endpoint.of(row)


@router.patch("/{webhook_id}")
async def change_webhook(
    webhook_id: str,
    body: EndpointChange,
    caller: Administering,
    database: OpenDatabase,
    sender: OpenSender,
) -> Endpoint:
    """Change a webhook; enabling it again clears its failures."""
    async with database.read() as session:
        await _found(session, caller, webhook_id)
    url = await sender.check(body.url) if body.url is not None else None
    async with database.write() as session:
        row = await _found(session, caller, webhook_id, to_change=True)
        if url is not None and url != row.url:
            row.url, row.failures, row.failing_since = url, 0, None
        if body.events is not None:
            row.events = [event.value for event in body.events]
        if body.description is not None:
            row.description = body.description
        if body.enabled is True:
            enable(row)
        elif body.enabled is False and row.disabled_at is None:
            disable(row, _BY_OWNER, now())
            await Deliveries(session, caller.tenant_id).give_up(row.id)
        changed = sorted(body.model_dump(exclude_none=True))
        _note(session, caller, "webhook.changed", row.id, fields=changed)
    return Endpoint.of(row)


@router.delete("/{webhook_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_webhook(webhook_id: str, caller: Administering, database: OpenDatabase) -> None:
    """Delete a webhook with the record of its deliveries."""
    async with database.write() as session:
        if not await WebhookEndpoints(session, caller.tenant_id).delete(webhook_id):
            raise _no_such_webhook(webhook_id)
        _note(session, caller, "webhook.deleted", webhook_id)


@router.post(
    "/{webhook_id}/rotate", status_code=status.HTTP_201_CREATED, response_model=EndpointWithSecret
)
async def rotate_secret(webhook_id: str, body: Rotation, creation: _Creating) -> Response:
    """Make a new signing secret; the response holds it, and it is not shown again.

    During the overlap each message carries a signature by the new secret and one by the old, so that
    the receiver can change over at any moment in between.
    """
    secret = _secret_or_new(body.secret)
    async with creation.transaction() as unit:
        row = await _found(unit.session, creation.caller, webhook_id, to_change=True)
        overlap = timedelta(hours=body.overlap_hours)
        row.secrets = rotated(row.secrets, secret, now(), overlap)
        _note(unit.session, creation.caller, "webhook.secret_rotated", row.id)
        return unit.respond(EndpointWithSecret.of(row, secret=secret).model_dump_json())


@router.post("/{webhook_id}/test", status_code=status.HTTP_201_CREATED, response_model=Delivery)
async def send_test(webhook_id: str, creation: _Creating, deliveries: OpenDeliveries) -> Response:
    """Send an event of type `webhook.test`, once; `Location` tells what came of it."""
    async with creation.transaction() as unit:
        row = await _in_use(unit.session, creation.caller, webhook_id)
        owned = Deliveries(unit.session, creation.caller.tenant_id)
        delivery, event = await owned.add(row.id, TEST_EVENT, {"id": row.id})
        response = unit.respond(
            Delivery.of(delivery, event).model_dump_json(),
            headers={"Location": f"{router.prefix}/{row.id}/deliveries/{delivery.id}"},
        )
    deliveries.wake()
    return response


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    webhook_id: str,
    caller: Administering,
    database: OpenDatabase,
    delivery_status: Annotated[DeliveryStatus | None, Query(alias="status")] = None,
    limit: _Limit = 20,
    cursor: CursorParameter = None,
) -> DeliveryPage:
    """List what was, or is to be, sent to a webhook, newest first, with all attempts."""
    cursors = Cursors("deliveries", webhook=webhook_id, status=delivery_status)
    before = cursors.decode(cursor)
    async with database.read() as session:
        await _found(session, caller, webhook_id)
        found = await Deliveries(session, caller.tenant_id).page(
            webhook_id, status=delivery_status, before=before, limit=limit + 1
        )
    more = len(found) > limit
    return DeliveryPage(
        items=[Delivery.of(*row) for row in found[:limit]],
        next_cursor=cursors.encode(found[limit - 1][0].id) if more else None,
    )


@router.get("/{webhook_id}/deliveries/{delivery_id}")
async def get_delivery(
    webhook_id: str, delivery_id: str, caller: Administering, database: OpenDatabase
) -> Delivery:
    """Return one delivery with its attempts."""
    async with database.read() as session:
        found = await Deliveries(session, caller.tenant_id).get(webhook_id, delivery_id)
    if found is None:
        raise _no_such_delivery(delivery_id)
    return Delivery.of(*found)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=Delivery,
)
async def replay_delivery(
    webhook_id: str, delivery_id: str, creation: _Creating, deliveries: OpenDeliveries
) -> Response:
    """Send one message again, under the same `webhook-id`, whatever became of it before."""
    caller = creation.caller
    async with creation.transaction() as unit:
        await _in_use(unit.session, caller, webhook_id)
        owned = Deliveries(unit.session, caller.tenant_id)
        found = await owned.get(webhook_id, delivery_id)
        if found is None:
            raise _no_such_delivery(delivery_id)
        delivery, event = found
        await owned.replay(webhook_id, delivery_id)
        await unit.session.refresh(delivery)
        _note(unit.session, caller, "webhook.replayed", webhook_id, delivery=delivery_id)
        response = unit.respond(
            Delivery.of(delivery, event).model_dump_json(), status.HTTP_202_ACCEPTED
        )
    deliveries.wake()
    return response


@router.post("/{webhook_id}/replay", status_code=status.HTTP_202_ACCEPTED, response_model=Replayed)
async def replay_failed(
    webhook_id: str, body: Replay, creation: _Creating, deliveries: OpenDeliveries
) -> Response:
    """Send all messages again that failed since a moment, as after an outage of the receiver."""
    caller = creation.caller
    async with creation.transaction() as unit:
        await _in_use(unit.session, caller, webhook_id)
        owned = Deliveries(unit.session, caller.tenant_id)
        count = await owned.replay_failed(webhook_id, body.since)
        _note(unit.session, caller, "webhook.replayed", webhook_id, deliveries=count)
        response = unit.respond(
            Replayed(replayed=count).model_dump_json(), status.HTTP_202_ACCEPTED
        )
    deliveries.wake()
    return response


async def _found(
    session: AsyncSession, caller: Caller, webhook_id: str, *, to_change: bool = False
) -> WebhookEndpointRow:
    endpoints = WebhookEndpoints(session, caller.tenant_id)
    row = await endpoints.get(webhook_id, to_change=to_change)
    if row is None:
        raise _no_such_webhook(webhook_id)
    return row


async def _in_use(session: AsyncSession, caller: Caller, webhook_id: str) -> WebhookEndpointRow:
    """Find a webhook that messages are sent to, and keep it from being disabled meanwhile."""
    row = await _found(session, caller, webhook_id, to_change=True)
    if row.disabled_at is not None:
        raise EndpointDisabled(
            f"nothing is sent to the webhook {row.id}, which is disabled; enable it first with "
            f'PATCH and {{"enabled": true}}'
        )
    return row


def _secret_or_new(given: str | None) -> str:
    if given is None:
        return new_secret()
    Signer([given])  # refuses what cannot be signed with
    return given


def _note(
    session: AsyncSession, caller: Caller, action: str, webhook_id: str, **details: object
) -> None:
    audit = AuditLog(session, caller.tenant_id)
    audit.add(action, webhook_id, actor=caller.actor, details=details)


def _no_such_webhook(webhook_id: str) -> NotFound:
    return NotFound(f"there is no webhook '{webhook_id[:80]}'")


def _no_such_delivery(delivery_id: str) -> NotFound:
    return NotFound(f"there is no delivery '{delivery_id[:80]}' to this webhook")
