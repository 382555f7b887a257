"""The links of invites: an id, signed; when it ends is in the records, which count.

The token stands in the fragment of the link, which browsers send to no server, so that it gets into
no log; the page sends it as a bearer token.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Self

from itsdangerous import BadData, URLSafeSerializer

from api.errors import ServiceError
from api.invites._errors import InvitationInvalid
from grader.errors import ConfigurationError
from grader.settings import Settings

_FILE = "invite.key"
_KEY_BYTES = 32
_FEWEST_CHARACTERS = 32
_SALT = "answer-grader invitation"
_MOST_CHARACTERS = 500


class InviteTokens:
    """Makes the tokens of invites, and reads them."""

    def __init__(self, keys: list[str]) -> None:
        """Sign with the first of `keys`; read what any of them signed."""
        self._keys = keys
        self._serializer = URLSafeSerializer(keys[::-1], salt=_SALT)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Take the key from the settings, or from a file in the data folder, made at first.

        Raises:
            ConfigurationError: A key is too short, or the file cannot be made or read.
        """
        given = settings.invite_key.get_secret_value()
        keys = [key.strip() for key in given.split(",") if key.strip()]
        if any(len(key) < _FEWEST_CHARACTERS for key in keys):
            raise ConfigurationError(
                f"GRADER_INVITE_KEY: a key needs at least {_FEWEST_CHARACTERS} characters, which "
                "nobody can guess; make one with: openssl rand -hex 32"
            )
        return cls(keys or [_key_in(settings.data_dir / _FILE)])

    def derived(self, purpose: str) -> list[bytes]:
        """Return a key of 32 bytes for another purpose, derived from each of the keys."""
        return [hmac.digest(key.encode(), purpose.encode(), "sha256") for key in self._keys]

    def token(self, invite_id: str) -> str:
        """Return the token of an invite; the same each time."""
        token: str = self._serializer.dumps(invite_id)
        return token

    def invite_id(self, token: str) -> str:
        """Read a token.

        Raises:
            InvitationInvalid: This service did not make it.
        """
        invalid: ServiceError = InvitationInvalid(
            "this link was not made here, or is not complete; open it as it stands in the "
            "invitation, or ask whoever sent it for another",
            {"WWW-Authenticate": 'Bearer realm="invitation", error="invalid_token"'},
        )
        if len(token) > _MOST_CHARACTERS:
            raise invalid
        try:
            found = self._serializer.loads(token)
        except BadData:
            raise invalid from None
        if not isinstance(found, str):
            raise invalid
        return found


def _key_in(path: Path) -> str:
    """Read the key, or make it; of several processes that make one, all use the first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_KEY_BYTES))
            try:
                path.hardlink_to(temporary)
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(
            f"{path}: the key that signs invites cannot be kept: {reason}; set GRADER_INVITE_KEY"
        ) from None
    if len(key) < _FEWEST_CHARACTERS:
        raise ConfigurationError(
            f"{path} holds no key; delete it, which ends all links that it signed, or set "
            "GRADER_INVITE_KEY"
        )
    return key
