"""Bearer keys: making them, taking them apart, and comparing what is kept of them.

A key is `grk_<id>_<secret>`: the id finds the row, the secret proves the right to it. The secret has
256 random bits, so a single SHA-256 of it is enough to keep: a slow hash such as bcrypt guards what
can be guessed, which passwords can and this cannot, and would cost every request its time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

_PREFIX = "grk"
_SECRET_BYTES = 32
_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as a caller sends it, taken apart."""

    key_id: str
    secret: str

    def opens(self, secret_sha256: str) -> bool:
        """Compare with what is kept, in a time that does not depend on where they differ."""
        return hmac.compare_digest(hash_secret(self.secret), secret_sha256)


def new_secret() -> str:
    """Make the secret part of a key."""
    return secrets.token_hex(_SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """Return what is kept of a secret, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def compose_key(key_id: str, secret: str) -> str:
    """Write a key as its owner gets to see it, once."""
    return f"{_PREFIX}_{key_id.removeprefix('key_')}_{secret}"


def take_apart(key: str) -> PresentedKey | None:
    """Read a key; None for what does not look like one."""
    parts = key.split("_")
    if len(key) > _MOST_CHARACTERS or not key.isascii() or len(parts) != 3 or parts[0] != _PREFIX:
        return None
    return PresentedKey(f"key_{parts[1]}", parts[2])
