"""Included below `internal/`, which the gateway never forwards."""

from django.urls import path

from apps.common.outbox.api.views import FeedView

urlpatterns = [path("events", FeedView.as_view(), name="event-feed")]
