"""Telling tenants what happened: `announce` notes an event, and webhooks carry it out.

async with database.write() as session:
    ...
    announce(session, tenant_id, EventType.BATCH_COMPLETED, {"id": batch_id, ...})
"""

from __future__ import annotations

from api.deliveries._events import TEST_EVENT, EventType, GradeMade, announce, announce_grade
from api.deliveries._requests import EndpointChange, NewEndpoint, Replay, Rotation
from api.deliveries._resources import (
    Delivery,
    DeliveryPage,
    Endpoint,
    EndpointPage,
    EndpointWithSecret,
    Replayed,
)
from api.deliveries._secrets import kept_secret, rotated
from api.deliveries._settling import disable, enable, logged_attempt
from api.deliveries._worker import WebhookDeliveries, open_sender

__all__ = [
    "TEST_EVENT",
    "Delivery",
    "DeliveryPage",
    "Endpoint",
    "EndpointChange",
    "EndpointPage",
    "EndpointWithSecret",
    "EventType",
    "GradeMade",
    "NewEndpoint",
    "Replay",
    "Replayed",
    "Rotation",
    "WebhookDeliveries",
    "announce",
    "announce_grade",
    "disable",
    "enable",
    "kept_secret",
    "logged_attempt",
    "open_sender",
    "rotated",
]
