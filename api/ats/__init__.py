"""Applicant tracking systems, each through its own assessment-partner interface."""

from __future__ import annotations

from api.ats.greenhouse import (
    CandidateLink,
    ErrorReport,
    PartnerTest,
    Reported,
    SendTest,
    SentTest,
    TestStatus,
    stands,
)
from api.ats.greenhouse_updates import GreenhouseUpdates, open_greenhouse
from api.ats.sealing import Seal

__all__ = [
    "CandidateLink",
    "ErrorReport",
    "GreenhouseUpdates",
    "PartnerTest",
    "Reported",
    "Seal",
    "SendTest",
    "SentTest",
    "TestStatus",
    "open_greenhouse",
    "stands",
]
