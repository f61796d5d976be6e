"""Captions of titles."""

from __future__ import annotations

from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.common.task_queue import send_on_commit
from apps.video.media.captions import read_captions, write_webvtt
from apps.video.media.languages import tag_of
from apps.video.media.reasons import MediaError
from apps.video.titles.models import CaptionTrack, Title

# Of encoding, which knows where output lies.
REFRESH_CAPTIONS_TASK = "apps.video.encoding.tasks.refresh_captions"


def set_captions(title: Title, *, language: str, label: str, webvtt: str) -> None:
    """Store captions in one language, given as WebVTT, SubRip or SubStation Alpha. Raises ValidationProblem with the
    line that cannot be read."""
    try:
        webvtt = write_webvtt(read_captions(webvtt))
    except MediaError as error:
        raise ValidationProblem(str(error), errors={"webvtt": [str(error)]}) from error
    if tag_of(language) != language:
        message = gettext("This is no language. Enter a code such as de, en or pt-BR.")
        raise ValidationProblem(message, errors={"language": [message]})
    CaptionTrack.objects.update_or_create(title=title, language=language, defaults={"label": label, "webvtt": webvtt})
    send_on_commit(REFRESH_CAPTIONS_TASK, str(title.pk))


def remove_captions(track: CaptionTrack) -> None:
    """Take captions away, from viewers too."""
    track.delete()
    send_on_commit(REFRESH_CAPTIONS_TASK, str(track.title_id))
