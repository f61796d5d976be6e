"""What a client of uploads may get wrong, with the status codes of tus 1.0."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.problems import Problem


class Gone(Problem):
    status, slug = 410, "upload-gone"
    title: str | Promise = _("This upload has ended")


class OffsetConflict(Problem):
    status, slug = 409, "upload-offset"
    title: str | Promise = _("The upload is at another place")


class Locked(Problem):
    status, slug = 423, "upload-locked"
    title: str | Promise = _("Somebody else is sending this upload")


class UnsupportedVersion(Problem):
    status, slug = 412, "tus-version"
    title: str | Promise = _("This version of tus is not supported")


class WrongContentType(Problem):
    status, slug = 415, "unsupported-media-type"
    title: str | Promise = _("This type of content is not accepted")


class TooLarge(Problem):
    status, slug = 413, "payload-too-large"
    title: str | Promise = _("This is too large")


class QuotaReached(Problem):
    status, slug = 403, "upload-quota"
    title: str | Promise = _("Too many unfinished uploads")


class ChecksumMismatch(Problem):
    status, slug = 460, "checksum-mismatch"
    title: str | Promise = _("The checksum is wrong")


class BrokenOff(Problem):
    status, slug = 400, "upload-broken-off"
    title: str | Promise = _("The body ended early")


class DiskFull(Problem):
    status, slug = 507, "disk-full"
    title: str | Promise = _("No room left")


class NoFolder(Problem):
    status, slug = 503, "uploads-unavailable"
    title: str | Promise = _("Films cannot be uploaded here")


class NoContainer(Problem):
    status, slug = 404, "no-direct-uploads"
    title: str | Promise = _("Films are not sent to Blob Storage here")


class BlocksMissing(Problem):
    status, slug = 409, "upload-incomplete"
    title: str | Promise = _("Parts of the film have not arrived")
