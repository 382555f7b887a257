"""Webhooks by the Standard Webhooks specification: signing, safe targets, sending, when to retry."""

from api.webhooks._message import Message
from api.webhooks._retrying import FAILING_RULE, RETRIES, EndpointHealth, FailingRule, RetrySchedule
from api.webhooks._sending import Attempt, AttemptError, Sender
from api.webhooks._signing import SecretInvalid, Signer, new_secret
from api.webhooks._targets import TargetPolicy, TargetRefused

__all__ = [
    "FAILING_RULE",
    "RETRIES",
    "Attempt",
    "AttemptError",
    "EndpointHealth",
    "FailingRule",
    "Message",
    "RetrySchedule",
    "SecretInvalid",
    "Sender",
    "Signer",
    "TargetPolicy",
    "TargetRefused",
    "new_secret",
]
