"""The client that every service uses to call another one; see the package's docstring."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final
from urllib.parse import unquote

import httpx
import stamina
from django.conf import settings

from apps.common import client_address, deadlines
from apps.common.context import HEADER as REQUEST_ID_HEADER
from apps.common.context import request_id
from apps.common.http import metrics
from apps.common.http.breaker import Breaker
from apps.common.http.responses import ServiceResponse, Unavailable, problem_members
from apps.common.identity import service_tokens
from apps.common.languages import current_language
from apps.common.problems import ServiceUnavailable

ATTEMPTS = 3
RETRIED_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
# Responses of a proxy or of a server that is starting or stopping: another replica may do better at once.
AWAY_STATUSES = frozenset({502, 503, 504})


# A file to send: its name, its content and its media type.
type File = tuple[str, bytes, str]


class Token(Enum):
    """The kinds of token that a call can carry beside a given one."""

    SERVICE = "service"


SERVICE: Final = Token.SERVICE


@dataclass(frozen=True)
class Target:
    """One service as a target of calls: the connections and the breaker that all calls of a process share."""

    breaker: Breaker = field(default_factory=Breaker)
    pool: httpx.Client = field(
        default_factory=lambda: httpx.Client(
            # Internal addresses never go through a proxy that the environment names.
            trust_env=False,
            # Well below the servers' 75 s, so that none closes a connection just as we reuse it.
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30),
        )
    )


# By process id: neither sockets nor locks survive gunicorn's fork.
_targets: dict[tuple[int, str], Target] = {}
_targets_lock = threading.Lock()


def target_of(service: str) -> Target:
    """The process's connections and breaker for `service`, made at the first call."""
    key = (os.getpid(), service)
    target = _targets.get(key)
    if target is None:
        with _targets_lock:
            target = _targets.setdefault(key, Target())
    return target


def forget_targets() -> None:
    """Close every breaker and drop every connection; for tests."""
    with _targets_lock:
        _targets.clear()


@dataclass(frozen=True)
class _Call:
    """One call, so far as its attempts have it in common."""

    service: str
    method: str
    url: str
    params: dict[str, Any] | None
    json: Any
    files: dict[str, File] | None
    headers: dict[str, str]
    ends_at: float


class ServiceClient:
    """Calls `service` at settings.SERVICE_URLS. Cheap to make and thread-safe.

    `timeout` is how many seconds a call may take in all, retries included; `deadline=` overrides it for one call.
    `token=SERVICE` sends this service's own token, a string is sent as bearer. Every method returns a
    ServiceResponse below 500 and raises Unavailable otherwise.
    """

    def __init__(self, service: str, *, timeout: float = 3.0) -> None:
        self.service = service
        self.timeout = timeout

    def get(self, path: str, **options: Any) -> ServiceResponse:
        """Options as in `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> ServiceResponse:
        """Options as in `request`; retried only with an `idempotency_key`."""
        return self.request("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> ServiceResponse:
        """Options as in `request`."""
        return self.request("PUT", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> ServiceResponse:
        """Options as in `request`; retried only with an `idempotency_key`."""
        return self.request("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> ServiceResponse:
        """Options as in `request`."""
        return self.request("DELETE", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        json: Any = None,
        files: dict[str, File] | None = None,
        headers: dict[str, str] | None = None,
        token: str | Token | None = None,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> ServiceResponse:
        """Send and return the response (any status below 500); `deadline` in seconds. Raises Unavailable.

        `files` are sent as a form (multipart/form-data), by field, instead of JSON.

        A path with a segment `.` or `..` (a name that somebody made up) gets 404 without being sent: the HTTP client
        would resolve it and ask at another address.
        """
        if has_dot_segments(path):
            return ServiceResponse(self.service, httpx.Response(404, json={"type": "/problems/not-found"}))
        seconds = self.timeout if deadline is None else deadline
        sent = _headers(headers, token=token, idempotency_key=idempotency_key)
        sent[deadlines.HEADER] = deadlines.header_value(seconds)
        call = _Call(
            service=self.service,
            method=method,
            url=settings.SERVICE_URLS[self.service] + path,
            params=_without_none(params),
            json=json,
            files=files,
            headers=sent,
            ends_at=time.monotonic() + seconds,
        )
        attempts = ATTEMPTS if method in RETRIED_METHODS or idempotency_key else 1
        response = _with_retries(call, attempts=attempts)
        if response.status_code == 401 and token is SERVICE:
            # The token was revoked or its key rotated before its time; a new one is worth exactly one more try.
            service_tokens.forget_service_token()
            sent["Authorization"] = f"Bearer {_service_token()}"
            response = _with_retries(call, attempts=attempts)
        return ServiceResponse(self.service, response)


def has_dot_segments(path: str) -> bool:
    """Whether a segment of the path is `.` or `..`, however it is escaped."""
    return any(unquote(segment) in (".", "..") for segment in path.partition("?")[0].split("/"))


def _without_none(params: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: value for name, value in params.items() if value is not None} if params else None


def _headers(given: dict[str, str] | None, *, token: str | Token | None, idempotency_key: str | None) -> dict[str, str]:
    # Sentences and names come in the language of who is served: the page's, or that of the request in progress.
    headers = {"Accept": "application/json", "Accept-Language": current_language(), **(given or {})}
    if token is not None:
        headers["Authorization"] = f"Bearer {_service_token() if token is SERVICE else token}"
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    if rid := request_id():
        headers.setdefault(REQUEST_ID_HEADER, rid)
    if address := client_address.current():
        # Limits of the other service count the shopper's address, not ours.
        headers.setdefault(client_address.HEADER, address)
    return headers


def _service_token() -> str:
    try:
        return service_tokens.get_service_token()
    except ServiceUnavailable as error:
        raise Unavailable("auth", str(error)) from error


def _with_retries(call: _Call, *, attempts: int) -> httpx.Response:
    """Attempts with growing pauses, all before `call.ends_at`. Raises Unavailable."""
    retries = stamina.retry_context(
        on=lambda error: isinstance(error, Unavailable) and error.is_retryable,
        attempts=attempts,
        timeout=max(0.001, call.ends_at - time.monotonic()),
        wait_initial=0.05,
        wait_max=0.5,
        wait_jitter=0.05,
    )
    for attempt in retries:
        with attempt:
            return _attempt(call)
    raise AssertionError("stamina either returns an attempt's result or raises")


def _attempt(call: _Call) -> httpx.Response:
    if time.monotonic() >= call.ends_at:
        raise Unavailable(call.service, "the deadline is over")
    target = target_of(call.service)
    if not target.breaker.admits():
        metrics.REQUESTS.labels(call.service, call.method, "refused").inc()
        raise Unavailable(call.service, "it failed repeatedly, so it is left alone for some seconds")
    started_at = time.monotonic()
    # What fails before it is sent (a value that cannot be written down) says nothing about the target.
    outcome, is_away = "unsent", None
    try:
        response = _send(target.pool, call)
        outcome, is_away = f"{response.status_code // 100}xx", means_service_is_down(call.service, response)
    except httpx.TimeoutException as error:
        outcome, is_away = "timeout", True
        raise Unavailable(call.service, f"no response in time ({type(error).__name__})", is_retryable=True) from error
    except httpx.LocalProtocolError as error:
        raise Unavailable(call.service, f"the request cannot be sent: {error}") from error
    except httpx.RequestError as error:
        outcome, is_away = "unreachable", True
        raise Unavailable(call.service, f"{type(error).__name__}: {error}", is_retryable=True) from error
    finally:
        if is_away:
            target.breaker.record_failure()
        elif is_away is not None:
            target.breaker.record_success()
        metrics.REQUESTS.labels(call.service, call.method, outcome).inc()
        metrics.SECONDS.labels(call.service, outcome).observe(time.monotonic() - started_at)
    if response.is_server_error:
        status = response.status_code
        raise Unavailable(call.service, f"it returned {status}", is_retryable=status in AWAY_STATUSES)
    return response


def means_service_is_down(service: str, response: httpx.Response) -> bool:
    """Whether a response means that `service` as a whole cannot serve at the moment.

    A 500 is the fault of one request, which may be one visitor's own doing, and a 503 that names a third service
    says nothing about this one: neither may cost everybody else the service.
    """
    if response.status_code not in AWAY_STATUSES:
        return False
    members = problem_members(response)
    # Late work that was refused, too: the clocks of two machines may differ.
    is_about_time = str(members.get("type", "")).endswith(f"/{deadlines.DeadlineExceeded.slug}")
    return not is_about_time and members.get("service", service) == service


def _send(pool: httpx.Client, call: _Call) -> httpx.Response:
    """One exchange. The body is read in chunks because httpx's timeout is per read: a trickle would never end."""
    request = pool.build_request(
        call.method,
        call.url,
        params=call.params,
        json=call.json,
        files=call.files,
        headers=call.headers,
        timeout=max(0.001, call.ends_at - time.monotonic()),
    )
    response = pool.send(request, stream=True)
    try:
        chunks = []
        for chunk in response.iter_raw():
            chunks.append(chunk)
            if time.monotonic() > call.ends_at:
                raise httpx.ReadTimeout("the response trickles past the deadline", request=request)
    finally:
        response.close()
    return httpx.Response(response.status_code, headers=response.headers, content=b"".join(chunks), request=request)
