"""Why a file cannot become a film, or an encoding did not end: a code with numbers, so that each reader gets a sentence
in their own language however long ago it happened."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_noop

SENTENCES = {
    "empty": gettext_noop("The file is empty. Send it again."),
    "unreadable": gettext_noop(
        "The file is no video in a format that is accepted (%(formats)s). Export the film as one of these."
    ),
    "no-index": gettext_noop("The end of the file is missing, and with it the index of the film. Send it again."),
    "no-picture": gettext_noop("The file holds sound but no picture. Export the film with its picture."),
    "unknown-codec": gettext_noop("The picture is encoded as %(codec)s, which is not accepted. Export it as H.264."),
    "not-decodable": gettext_noop(
        "The file begins like a video, but its picture cannot be decoded. It is damaged; send it again."
    ),
    "cut-off": gettext_noop("The film is cut off at %(end)s of %(announced)s. Send the file again."),
    "changed": gettext_noop("The file was changed after it had been sent. Send it again."),
    "too-short": gettext_noop("The film has no length: its picture is a single frame. Send a film."),
    "too-long": gettext_noop("The film lasts %(duration)s; %(limit)s are the maximum."),
    "too-large-a-picture": gettext_noop(
        "The picture is %(width)s × %(height)s; %(limit)s pixels a side are the maximum."
    ),
    "external-data": gettext_noop(
        "Pictures or sound of the film are in another file. Send one file that contains everything."
    ),
    "damaged": gettext_noop("The film is damaged in %(count)s places and cannot be sold like this. Send it again."),
    "limit-wall": gettext_noop(
        "It took longer than %(seconds)s seconds and was stopped. Is the file meant to be a film?"
    ),
    "limit-silence": gettext_noop("The encoder showed no sign of life for %(seconds)s seconds and was stopped."),
    "limit-cpu": gettext_noop("It took more than %(seconds)s seconds of processor time and was stopped."),
    "limit-memory": gettext_noop("It needed more than %(megabytes)s MB of memory and was stopped."),
    "limit-output": gettext_noop("It wrote more than %(megabytes)s MB and was stopped."),
    "limit-streams": gettext_noop("The file holds more than %(limit)s streams. Export the film with fewer tracks."),
    "encoder": gettext_noop("The encoder gave up with code %(status)s. The log of the video service says more."),
    "no-encoder": gettext_noop(
        "ffmpeg is missing or too old. Install version 6.0 or newer, or set FFMPEG to its path."
    ),
    "invalid-output": gettext_noop("What was encoded did not pass its checks (%(check)s) and was not published."),
    "captions": gettext_noop("Line %(line)s of the captions cannot be read: %(text)s"),
    "worker-died": gettext_noop("The worker died at every attempt."),
    "unforeseen": gettext_noop("An unforeseen error: %(error)s. It is in the log of the video service."),
    "cancelled": gettext_noop("Cancelled by staff."),
}


class MediaError(Exception):
    """Something about a file or its encoding; `code` is one of SENTENCES, `values` fill it."""

    def __init__(self, code: str, /, **values: Any) -> None:
        super().__init__(code, values)
        self.code, self.values = code, values

    def __str__(self) -> str:
        return sentence(self.code, self.values)


class LimitReached(MediaError):
    """A process was ended because it took too much of something."""


class Stopped(Exception):
    """A process was ended because its result is not wanted any more."""


def sentence(code: str, values: dict[str, Any]) -> str:
    """The reason in the language of who reads it; the code itself for one that a former release wrote."""
    try:
        return gettext(SENTENCES[code]) % values
    except KeyError:
        return code
