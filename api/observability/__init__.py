"""Seeing inside the service without seeing answers: request ids, logs, traces, metrics."""

from api.observability._logs import LogFormat, configure_logging
from api.observability._metrics import Metrics, MetricsMiddleware
from api.observability._readiness import Part, Readiness, Standing
from api.observability._request_ids import RequestIds, current_request_id
from api.observability._traces import RequestSpans

__all__ = [
    "LogFormat",
    "Metrics",
    "MetricsMiddleware",
    "Part",
    "Readiness",
    "RequestIds",
    "RequestSpans",
    "Standing",
    "configure_logging",
    "current_request_id",
]
