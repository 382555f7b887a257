from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.webhooks import Message, SecretInvalid, Signer, new_secret

MESSAGE = Message(
    id="evt_1",
    type="batch.completed",
    timestamp=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    data={"batch_id": "bat_1", "note": "naïve – 答え"},
)


def sign(*secrets: str, at: datetime | None = None) -> dict[str, str]:
    return dict(Signer(secrets).headers(MESSAGE.id, MESSAGE.body(), at or datetime.now(UTC)))


def test_the_library_accepts_what_is_signed() -> None:
    secret = new_secret()

    told = Webhook(secret).verify(MESSAGE.body(), sign(secret))

    assert told == {
        "type": "batch.completed",
        "timestamp": "2026-03-01T12:00:00Z",
        "data": {"batch_id": "bat_1", "note": "naïve – 答え"},
    }


def test_while_secrets_rotate_either_is_accepted_and_no_other() -> None:
    old, new = new_secret(), new_secret()

    headers = sign(new, old)

    for secret in (old, new):
        Webhook(secret).verify(MESSAGE.body(), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(MESSAGE.body(), headers)


def test_a_changed_body_or_id_is_not_accepted() -> None:
    secret = new_secret()
    headers = sign(secret)

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(MESSAGE.body().replace("bat_1", "bat_2"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(MESSAGE.body(), headers | {"webhook-id": "evt_2"})


def test_an_old_signature_is_not_accepted() -> None:
    secret = new_secret()
    with pytest.raises(WebhookVerificationError, match="old"):
        Webhook(secret).verify(
            MESSAGE.body(), sign(secret, at=datetime.now(UTC) - timedelta(minutes=6))
        )


def test_the_moment_counts_not_the_zone_it_is_told_in() -> None:
    secret, zone = new_secret(), timezone(timedelta(hours=9))
    at = datetime.now(UTC)
    assert sign(secret, at=at) == sign(secret, at=at.astimezone(zone))


def test_the_body_is_the_same_on_every_attempt() -> None:
    assert MESSAGE.body() == Message.model_validate_json(MESSAGE.model_dump_json()).body()
    assert list(json.loads(MESSAGE.body())) == ["type", "timestamp", "data"]


def test_new_secrets_differ_and_have_the_bytes_that_the_specification_asks_for() -> None:
    made = {new_secret() for _ in range(10)}
    assert len(made) == 10
    for secret in made:
        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not base64 at all, however long it may be!",
        base64.b64encode(bytes(32)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
    ],
)
def test_a_secret_that_is_none_is_refused_without_being_quoted(secret: str) -> None:
    with pytest.raises(SecretInvalid, match="24 to 64 bytes") as caught:
        Signer([secret])
    assert len(secret) < 10 or secret not in str(caught.value)


def test_no_secret_at_all_is_refused() -> None:
    with pytest.raises(SecretInvalid, match="at least one"):
        Signer([])
