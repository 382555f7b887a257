"""Deleting what people said: on request, with a receipt, and when its time is over."""

from __future__ import annotations

from api.privacy._deletion import Deletion, Receipt
from api.privacy._erasure import Erasure
from api.privacy._retention import Retention

__all__ = ["Deletion", "Erasure", "Receipt", "Retention"]
