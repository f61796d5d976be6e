"""The client of every service: it asks for sentences and texts in the language of the page."""

from __future__ import annotations

from typing import Any

from apps.common.http import ServiceClient
from apps.common.http.responses import ServiceResponse
from apps.ui.storefront import language


class LocalisedClient(ServiceClient):
    """A ServiceClient that sends the language of the page as Accept-Language."""

    def request(self, method: str, path: str, **options: Any) -> ServiceResponse:
        options["headers"] = {"Accept-Language": language.current()} | (options.get("headers") or {})
        return super().request(method, path, **options)
