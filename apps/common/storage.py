"""Azure Blob Storage behind the shop's own addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from storages.backends.azure_storage import AzureStorage


class BlobStorage(AzureStorage):
    """A container that NGINX reads too: addresses are MEDIA_URL's, whatever the storage, and hold no secret.

    Without a connection string it signs in by the pod's workload identity (apps.common.azure).
    """

    def __init__(self, **options: Any) -> None:
        if not options.get("connection_string"):
            from apps.common.azure.identity import credential

            options["token_credential"] = credential()
        super().__init__(**options)

    def url(self, name: str, *_: Any, **__: Any) -> str:
        """Public address of a file; whether it may be fetched is the gateway's decision."""
        return settings.MEDIA_URL + quote(name)
