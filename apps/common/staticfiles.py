"""Static files behind the gateway's prefix."""

from __future__ import annotations

from django.urls import get_script_prefix
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PrefixedManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed, compressed files whose URLs carry the prefix of the request being served.

    Django caches a storage's base address for the life of the process, but here one process serves both behind
    `/api/<service>` (through the gateway) and without it (inside the cluster).
    """

    def stored_name(self, name: str) -> str:
        """The hashed name; where nothing was collected (tests, a checkout by hand) the plain one."""
        try:
            return super().stored_name(name)
        except ValueError:
            return name

    @property
    def base_url(self) -> str:
        return f"{get_script_prefix()}static/"

    @base_url.setter
    def base_url(self, value: str) -> None:
        """Ignore what FileSystemStorage computes once."""
