"""How an answer was spoken: pace, pauses, fillers, runs, self-corrections; never part of a score."""

from grader.speech.delivery._measure import (
    LONG_PAUSE_MS,
    PAUSE_MS,
    WINDOW_MS,
    measure_delivery,
)
from grader.spoken import (
    Delivery,
    DeliveryWindow,
    Fillers,
    LongestRun,
    Pauses,
    Span,
)

__all__ = [
    "LONG_PAUSE_MS",
    "PAUSE_MS",
    "WINDOW_MS",
    "Delivery",
    "DeliveryWindow",
    "Fillers",
    "LongestRun",
    "Pauses",
    "Span",
    "measure_delivery",
]
