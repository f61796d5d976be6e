"""Encodings in the admin: the list of all, the queue with live progress, and what there is of a film."""

from apps.video.encoding.admin import encodings

__all__ = ["encodings"]
