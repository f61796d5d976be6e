from django.apps import AppConfig
from django.db.models.signals import post_migrate

STAFF_PERMISSIONS = [
    *(f"titles.{action}_{model}" for model in ("title", "captiontrack") for action in ("view", "add", "change")),
    "encoding.view_encoding",
    "encoding.view_source",
    "playback.view_entitlement",
    "playback.view_playbacksession",
    "playback.view_subscriptionaccess",
    "uploads.view_upload",
    "jobs.view_jobfailure",
]


class TitlesConfig(AppConfig):
    name = "apps.video.titles"
    label = "titles"

    def ready(self) -> None:
        post_migrate.connect(grant_staff_permissions, dispatch_uid="video-staff-permissions")


def grant_staff_permissions(**_: object) -> None:
    """Video staff edit titles and look at the rest."""
    from apps.common.staff.permissions import grant

    grant("video_staff", STAFF_PERMISSIONS)
