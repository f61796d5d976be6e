"""The event feed."""

from __future__ import annotations

import threading

from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated_query
from apps.common.identity.permissions import RequireScope
from apps.common.outbox.api.serializers import CloudEventSerializer, FeedQuerySerializer
from apps.common.outbox.registry import LAST_POSITION_HEADER
from apps.common.outbox.selectors import as_cloudevent, await_page, read_page
from apps.common.problems import Conflict

# Each waiting reader keeps one of the process's threads (8 by default); others get a response at once and ask again.
# Three services follow the most-followed one.
MAX_WAITING = 3
_waiting = threading.BoundedSemaphore(MAX_WAITING)


class PositionAhead(Conflict):
    """The reader has seen positions that were never given: this database was restored to an earlier state."""

    slug, title = "position-ahead", "The position is ahead of the feed"


class CloudEventsBatchRenderer(JSONRenderer):
    """CloudEvents 1.0 JSON batch format."""

    media_type = "application/cloudevents-batch+json"
    format = "cloudevents"


class FeedView(APIView):
    """Events of this service in the order of their commits. Internal: the gateway does not forward it."""

    permission_classes = [RequireScope("events:read")]
    renderer_classes = [CloudEventsBatchRenderer]

    @extend_schema(
        operation_id="read_events",
        tags=["internal"],
        parameters=[FeedQuerySerializer],
        responses={(200, CloudEventsBatchRenderer.media_type): CloudEventSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Events behind `after`, oldest first; an empty batch when `wait` seconds brought none."""
        query = validated_query(FeedQuerySerializer, request)
        after, limit, wait = (query[name] for name in ("after", "limit", "wait"))
        page = read_page(after=after, limit=limit)
        if not page.events:
            if after > (last := page.last_position):
                raise PositionAhead(f"Position {after} was never given; the last one is {last}.", last_position=last)
            if wait and _waiting.acquire(blocking=False):
                try:
                    page = await_page(after=after, limit=limit, seconds=wait)
                finally:
                    _waiting.release()
        headers = {"Cache-Control": "no-store", LAST_POSITION_HEADER: str(page.last_position)}
        return Response([as_cloudevent(event) for event in page.events], headers=headers)
