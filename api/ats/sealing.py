"""Credentials that have to be used again, and so cannot be kept as hashes: encrypted."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Seal:
    """Encrypts short secrets with keys that the database does not hold."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Seal with the first of `keys`, of 32 bytes each; open what any of them sealed."""
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def seal(self, secret: str) -> str:
        """Encrypt a secret."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Decrypt a secret; None if none of the keys sealed it."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
