"""What a call to another service returns: a response, or one of two errors."""

from __future__ import annotations

from typing import Any

import httpx
from django.utils.translation import gettext

from apps.common.problems import ServiceUnavailable


class Unavailable(ServiceUnavailable):
    """The other service gave no usable response: unreachable, too late, breaker open, or 5xx.

    `service` names it, `reason` is for logs, `is_retryable` says whether another attempt makes sense at once.
    Left uncaught it becomes a 503 problem; each caller should say instead what it can still do.
    """

    def __init__(self, service: str, reason: str = "", *, is_retryable: bool = False) -> None:
        super().__init__(
            gettext("The %(service)s service is not responding at the moment. Please try again shortly.")
            % {"service": service},
            headers={"Retry-After": "5"},
            service=service,
        )
        self.service = service
        self.reason = reason
        self.is_retryable = is_retryable

    def __str__(self) -> str:
        return f"{self.service} is unavailable: {self.reason or 'no response'}"


class RemoteProblem(Exception):
    """The other service understood and refused (4xx), or what was asked for has another address (a redirect).

    Never retried; never counts against the breaker.
    """

    def __init__(self, service: str, response: httpx.Response) -> None:
        body = problem_members(response)
        self.service = service
        self.status = response.status_code
        self.slug = str(body.get("type", "")).rpartition("/")[2]
        self.detail = str(body.get("detail") or body.get("title") or f"{service} returned {self.status}.")
        self.errors: dict[str, Any] = body.get("errors") or {}
        self.body = body
        self.headers = response.headers
        super().__init__(f"{service} returned {self.status} {self.slug}: {self.detail}")

    @property
    def retry_after(self) -> int | None:
        """Seconds after which the other service wants to be asked again, if it said so."""
        value = self.headers.get("Retry-After", "")
        return int(value) if value.isdecimal() else None


def problem_members(response: httpx.Response) -> dict[str, Any]:
    """The members of a response's problem (RFC 9457); empty when its body is no JSON object."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


class ServiceResponse:
    """A response below 500. `json_or_raise` is what most callers want."""

    def __init__(self, service: str, response: httpx.Response) -> None:
        self.service = service
        self.raw = response

    def __repr__(self) -> str:
        return f"<ServiceResponse {self.service} {self.status_code}>"

    @property
    def status_code(self) -> int:
        """The HTTP status, below 500."""
        return self.raw.status_code

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return self.raw.is_success

    @property
    def headers(self) -> httpx.Headers:
        """The response's headers; names ignore case."""
        return self.raw.headers

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.raw.content

    @property
    def text(self) -> str:
        """The body as text."""
        return self.raw.text

    def json(self) -> Any:
        """The decoded body, None when empty. Raises Unavailable when it is not JSON."""
        if not self.raw.content:
            return None
        try:
            return self.raw.json()
        except ValueError as error:
            raise Unavailable(self.service, "the response is not JSON") from error

    def json_or_raise(self) -> Any:
        """The decoded body of a 2xx response. Raises RemoteProblem for a 4xx and for a redirect."""
        if self.raw.is_client_error or self.raw.has_redirect_location:
            raise RemoteProblem(self.service, self.raw)
        return self.json()

    def content_or_raise(self) -> bytes:
        """The body of a 2xx response, as it came. Raises RemoteProblem for a 4xx and for a redirect."""
        if self.raw.is_client_error or self.raw.has_redirect_location:
            raise RemoteProblem(self.service, self.raw)
        return self.raw.content
