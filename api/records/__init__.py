"""What the service keeps: tables, the database they are in, and access that cannot leave a tenant.

Rows are plain values outside their session; nothing is loaded behind one's back. A repository such
as `Grades(session, tenant_id)` sees one tenant's rows only.
"""

from __future__ import annotations

from api.records._audit import AuditFilter, AuditLog, AuditRow
from api.records._base import Base, insert_for, is_id, new_id, now
from api.records._batch_work import BatchWork, Begun, Chunk, Outcome
from api.records._batches import (
    Batches,
    BatchItemRow,
    BatchRow,
    BatchStatus,
    ItemStatus,
    discard_staged,
)
from api.records._database import Database, database_url, describe_url
from api.records._delivery_work import DeliveryWork, TakenDelivery
from api.records._depths import queue_depths
from api.records._doctor import examine
from api.records._grades import GradeFilter, GradeRow, Grades
from api.records._greenhouse import GreenhouseTestRow, GreenhouseTests, GreenhouseWork
from api.records._idempotency import Claim, IdempotencyKeys, IdempotencyRow, forget_expired_keys
from api.records._interviews import (
    InterviewAnswerRow,
    InterviewEventRow,
    InterviewFilter,
    InterviewRow,
    Interviews,
    InterviewStatus,
    InterviewWork,
)
from api.records._invites import (
    InviteRow,
    Invites,
    InviteStatus,
    find_invite,
    overdue_invites,
)
from api.records._keys import KeyRow, Keys
from api.records._llm_usage import LlmUsage, LlmUsageRow
from api.records._migrate import latest_revision
from api.records._pending import PendingGradeRow, PendingGrades, PendingStatus, PendingWork
from api.records._review_queue import ReviewKind, ReviewQueueRow
from api.records._reviews import AppealRow, Appeals, AppealStatus, ReviewRow, Reviews
from api.records._reviews_waiting import QueueOrder, ReviewQueue
from api.records._rubric_versions import RubricVersions
from api.records._rubrics import RubricDocumentRow, RubricDocuments, RubricVersionRow
from api.records._statistics import GradeCounts, Statistics
from api.records._submissions import SubmissionRow, Submissions
from api.records._tenants import LOCAL_TENANT, TenantRow, Tenants
from api.records._transcripts import TranscriptRow, Transcripts
from api.records._webhooks import (
    Deliveries,
    DeliveryRow,
    DeliveryStatus,
    EventRow,
    WebhookEndpointRow,
    WebhookEndpoints,
)

__all__ = [
    "LOCAL_TENANT",
    "AppealRow",
    "AppealStatus",
    "Appeals",
    "AuditFilter",
    "AuditLog",
    "AuditRow",
    "Base",
    "BatchItemRow",
    "BatchRow",
    "BatchStatus",
    "BatchWork",
    "Batches",
    "Begun",
    "Chunk",
    "Claim",
    "Database",
    "Deliveries",
    "DeliveryRow",
    "DeliveryStatus",
    "DeliveryWork",
    "EventRow",
    "GradeCounts",
    "GradeFilter",
    "GradeRow",
    "Grades",
    "GreenhouseTestRow",
    "GreenhouseTests",
    "GreenhouseWork",
    "IdempotencyKeys",
    "IdempotencyRow",
    "InterviewAnswerRow",
    "InterviewEventRow",
    "InterviewFilter",
    "InterviewRow",
    "InterviewStatus",
    "InterviewWork",
    "Interviews",
    "InviteRow",
    "InviteStatus",
    "Invites",
    "ItemStatus",
    "KeyRow",
    "Keys",
    "LlmUsage",
    "LlmUsageRow",
    "Outcome",
    "PendingGradeRow",
    "PendingGrades",
    "PendingStatus",
    "PendingWork",
    "QueueOrder",
    "ReviewKind",
    "ReviewQueue",
    "ReviewQueueRow",
    "ReviewRow",
    "Reviews",
    "RubricDocumentRow",
    "RubricDocuments",
    "RubricVersionRow",
    "RubricVersions",
    "Statistics",
    "SubmissionRow",
    "Submissions",
    "TakenDelivery",
    "TenantRow",
    "Tenants",
    "TranscriptRow",
    "Transcripts",
    "WebhookEndpointRow",
    "WebhookEndpoints",
    "database_url",
    "describe_url",
    "discard_staged",
    "examine",
    "find_invite",
    "forget_expired_keys",
    "insert_for",
    "is_id",
    "latest_revision",
    "new_id",
    "now",
    "overdue_invites",
    "queue_depths",
]
