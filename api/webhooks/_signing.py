"""Signatures by the Standard Webhooks specification, made by its own library."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

from grader.errors import BadInput

_PREFIX = "whsec_"
_NEW_BYTES, _FEWEST_BYTES, _MOST_BYTES = 32, 24, 64


class SecretInvalid(BadInput):
    """A signing secret that the specification does not allow; the message never quotes it."""

    code = "webhook_secret_invalid"


def new_secret() -> str:
    """Make a signing secret: `whsec_` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


class Signer:
    """Signs with each active secret.

    While a secret is being replaced both the old and the new one are active: the header then holds a
    signature by each, and a receiver that knows either accepts the message.
    """

    def __init__(self, active: Sequence[str]) -> None:
        """Take the active secrets, the newest first.

        Raises:
            SecretInvalid: There is none, or one is not `whsec_` and 24 to 64 bytes in base64.
        """
        if not active:
            raise SecretInvalid("a webhook needs at least one signing secret; it has none")
        self._webhooks = tuple(Webhook(_decoded(secret)) for secret in active)

    def headers(self, message_id: str, body: str, at: datetime) -> Mapping[str, str]:
        """Return `webhook-id`, `webhook-timestamp` and `webhook-signature`.

        Args:
            message_id: The same on every attempt.
            body: The payload as it will be sent.
            at: The moment of this attempt; receivers refuse what is more than minutes old.
        """
        utc = at.astimezone(UTC)
        signatures = (webhook.sign(message_id, utc, body) for webhook in self._webhooks)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(utc.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


def _decoded(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise SecretInvalid(
            f"a webhook's signing secret must be '{_PREFIX}' followed by {_FEWEST_BYTES} to "
            f"{_MOST_BYTES} bytes in base64; leave it out to have one made"
        )
    return key
