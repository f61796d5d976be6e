"""Settings of the video service."""

from __future__ import annotations

from apps.common.settings.base import *
from apps.common.settings.base import DATA_APPS, MIDDLEWARE, PUBLIC_PREFIX, PUBLIC_URL, STAFF_BEAT_SCHEDULE, env
from apps.video.navigation import NAVIGATION

INSTALLED_APPS = [*DATA_APPS, "apps.video.titles", "apps.video.encoding", "apps.video.playback"]
MIDDLEWARE = [*MIDDLEWARE, "django.middleware.http.ConditionalGetMiddleware"]
ADMIN_NAVIGATION = NAVIGATION
ROOT_URLCONF = "apps.video.urls"

# Shared with the gateway, which checks what this service signs.
STREAM_SECRET = env("STREAM_SECRET")
STREAM_BASE_URL = f"{PUBLIC_URL}{PUBLIC_PREFIX}/stream"
# How long an address of a stream works, and how long a session counts that has not renewed it.
STREAM_SECONDS = env.int("STREAM_SECONDS", default=120)
# Empty: `ffmpeg` on the PATH, else the one in the imageio-ffmpeg package.
FFMPEG = env.str("FFMPEG", default="")
FFMPEG_PRESET = env.str("FFMPEG_PRESET", default="veryfast")
FFMPEG_THREADS = env.int("FFMPEG_THREADS", default=1)

CELERY_BEAT_SCHEDULE = {
    **STAFF_BEAT_SCHEDULE,
    "purge-idempotency-keys": {"task": "apps.common.idempotency.tasks.purge_idempotency_keys", "schedule": 3600.0},
    "requeue-encodings": {"task": "apps.video.encoding.tasks.requeue_encodings", "schedule": 30.0},
    "remove-unused-assets": {"task": "apps.video.encoding.tasks.remove_unused_assets", "schedule": 3600.0},
}
