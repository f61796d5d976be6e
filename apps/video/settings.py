"""Settings of the video service."""

from __future__ import annotations

from apps.common.settings.base import *
from apps.common.settings.base import (
    DATA_APPS,
    MIDDLEWARE,
    PUBLIC_PREFIX,
    PUBLIC_URL,
    STAFF_BEAT_SCHEDULE,
    env,
)
from apps.video.navigation import NAVIGATION
from apps.video.stream_secrets import stream_secrets

INSTALLED_APPS = [
    *DATA_APPS,
    "apps.video.protection",
    "apps.video.titles",
    "apps.video.encoding",
    "apps.video.playback",
    "apps.video.uploads",
]
MIDDLEWARE = [*MIDDLEWARE, "django.middleware.http.ConditionalGetMiddleware"]
ADMIN_NAVIGATION = NAVIGATION
ROOT_URLCONF = "apps.video.urls"

# Shared with the gateway, which checks what this service signs. The first signs, all are accepted.
STREAM_SECRETS = stream_secrets(env("STREAM_SECRET"))
STREAM_BASE_URL = f"{PUBLIC_URL}{PUBLIC_PREFIX}/stream"
# Fernet keys that wrap keys of encrypted films; the first wraps, all unwrap.
KEY_ENCRYPTION_KEYS = [key for key in env.list("KEY_ENCRYPTION_KEY") if key]
# How long an address of a stream works, and how long a session counts that has not renewed it.
STREAM_SECONDS = env.int("STREAM_SECONDS", default=120)
# Codes of gifts that one account may try.
GIFT_CODE_ATTEMPT_RATE = "60/hour"
# Empty: the ffmpeg of the imageio-ffmpeg package, else the one on the PATH.
FFMPEG = env.str("FFMPEG", default="")
FFMPEG_PRESET = env.str("FFMPEG_PRESET", default="veryfast")
FFMPEG_THREADS = env.int("FFMPEG_THREADS", default=1)
# Beside H.264, which every film gets: hevc, av1.
ENCODE_CODECS = env.list("ENCODE_CODECS", default=[])
# Address space of one ffmpeg.
ENCODE_MEMORY_MB = env.int("ENCODE_MEMORY_MB", default=4096)
# Where encodings work; empty: the system's folder for temporary files.
ENCODE_SCRATCH = env.str("ENCODE_SCRATCH", default="")
# How many of a film's pictures one pass of ffmpeg makes, after the first: more save decoding, fewer lose less when a
# worker dies. 0: all.
ENCODE_AT_ONCE = env.int("ENCODE_AT_ONCE", default=0)

# Films on their way in (tus). Web processes and workers share the folder; empty: `uploads` in MEDIA_ROOT, on whose disk
# a complete film need not be copied.
UPLOAD_ROOT = env.str("UPLOAD_ROOT", default="")
# The largest film, and of one member of staff all that is unfinished.
UPLOAD_MAX_GB = env.int("UPLOAD_MAX_GB", default=100)
UPLOAD_QUOTA_GB = env.int("UPLOAD_QUOTA_GB", default=200)
UPLOAD_MAX_UNFINISHED = env.int("UPLOAD_MAX_UNFINISHED", default=20)
# Films on their way in, sent straight to a container of Blob Storage (apps/video/uploads/direct_storage.py); empty:
# by tus.
UPLOAD_AZURE_ACCOUNT = env.str("UPLOAD_AZURE_ACCOUNT", default="")
UPLOAD_AZURE_CONTAINER = env.str("UPLOAD_AZURE_CONTAINER", default="uploads")
UPLOAD_AZURE_CONNECTION_STRING = env.str("UPLOAD_AZURE_CONNECTION_STRING", default="")
UPLOAD_PATHS = ("v1/uploads", r"v1/uploads/[^/]+")
MAX_UPLOAD_BYTES = UPLOAD_MAX_GB * 1024**3

# The admin's client of uploads, and its player.
NPM_FILES = {
    "vendor/tus.min.js": "tus-js-client/dist/tus.min.js",
    "vendor/hls.min.js": "hls.js/dist/hls.min.js",
    "vendor/hls.min.js.map": "hls.js/dist/hls.min.js.map",
    "vendor/tus.min.js.map": "tus-js-client/dist/tus.min.js.map",
}
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder", "apps.common.npm.NpmFinder"]

# Encodings take hours; what is short and what rescues encodings must not wait behind them.
LONG_TASK_QUEUES = ["video-encodings"]
CELERY_TASK_ROUTES = {"apps.video.encoding.tasks.encode": {"queue": "video-encodings"}}

CELERY_BEAT_SCHEDULE = {
    **STAFF_BEAT_SCHEDULE,
    "purge-idempotency-keys": {"task": "apps.common.idempotency.tasks.purge_idempotency_keys", "schedule": 3600.0},
    "announce-windows": {
        "task": "apps.video.titles.tasks.announce_windows",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "requeue-encodings": {
        "task": "apps.video.encoding.tasks.requeue_encodings",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "record-expired-entitlements": {
        "task": "apps.video.playback.tasks.record_expired_entitlements",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "remove-old-playback-sessions": {
        "task": "apps.video.playback.tasks.remove_old_playback_sessions",
        "schedule": 3600.0,
    },
    "remove-ended-session-marks": {
        "task": "apps.video.playback.tasks.remove_ended_session_marks",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "requeue-uploads": {
        "task": "apps.video.uploads.tasks.requeue_uploads",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "remove-expired-uploads": {"task": "apps.video.uploads.tasks.remove_expired_uploads", "schedule": 3600.0},
    "remove-unused-assets": {"task": "apps.video.encoding.tasks.remove_unused_assets", "schedule": 3600.0},
}
