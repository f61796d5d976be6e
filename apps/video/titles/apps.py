from django.apps import AppConfig
from django.db.models.signals import post_migrate

# Who may watch what: a matter of support too.
RIGHTS = [
    *(f"playback.{action}_entitlement" for action in ("view", "add", "change")),
    "playback.view_entitlementevent",
    *(f"playback.{action}_playbacksession" for action in ("view", "change")),
    *(f"playback.{action}_{model}" for model in ("giftbatch", "giftcode") for action in ("view", "add", "change")),
]
STAFF_PERMISSIONS = [
    *(
        f"titles.{action}_{model}"
        for model in ("title", "captiontrack", "person", "genre", "credit", "agerating", "artwork")
        for action in ("view", "add", "change")
    ),
    *(f"titles.delete_{model}" for model in ("captiontrack", "credit", "agerating", "artwork")),
    "encoding.view_encoding",
    "encoding.view_source",
    *RIGHTS,
    "playback.view_titlestatistics",
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
    """Video staff edit titles and look at the rest; support looks after the rights of customers."""
    from apps.common.staff.permissions import grant

    grant("video_staff", STAFF_PERMISSIONS)
    grant("support_staff", [*RIGHTS, "playback.view_subscriptionaccess"])
