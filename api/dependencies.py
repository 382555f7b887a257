"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.deliveries import WebhookDeliveries
from api.grading import BackgroundGrading, GradeService
from api.observability import Metrics
from api.records import Database
from api.webhooks import Sender
from grader.grading import Grader


# They are async although they await nothing: what is not would be run in a thread, for each request.
async def _grader(request: Request) -> Grader:
    grader: Grader = request.app.state.grader
    return grader


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _background(request: Request) -> BackgroundGrading:
    background: BackgroundGrading = request.app.state.background
    return background


async def _deliveries(request: Request) -> WebhookDeliveries:
    deliveries: WebhookDeliveries = request.app.state.deliveries
    return deliveries


async def _sender(request: Request) -> Sender:
    sender: Sender = request.app.state.sender
    return sender


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


OpenGrader = Annotated[Grader, Depends(_grader)]
OpenDatabase = Annotated[Database, Depends(_database)]
OpenBackground = Annotated[BackgroundGrading, Depends(_background)]
OpenDeliveries = Annotated[WebhookDeliveries, Depends(_deliveries)]
OpenSender = Annotated[Sender, Depends(_sender)]
OpenMetrics = Annotated[Metrics, Depends(_metrics)]


async def _grade_service(
    grader: OpenGrader, database: OpenDatabase, background: OpenBackground, metrics: OpenMetrics
) -> GradeService:
    return GradeService(grader, database, background, metrics)


OpenGradeService = Annotated[GradeService, Depends(_grade_service)]
