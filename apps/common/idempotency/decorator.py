"""The decorator for DRF view methods."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.utils.crypto import salted_hmac
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.client_address import client_address
from apps.common.idempotency import services
from apps.common.idempotency.sealing import seal, unseal
from apps.common.identity.permissions import caller_or_none
from apps.common.problems import ValidationProblem, as_problem

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
REQUEST_ATTRIBUTE = "idempotency_key"
KEY = re.compile(r"\A[\x21-\x7e]{1,255}\Z")
# Responses that say "not now" rather than "no": the same request may well succeed later.
PASSING_STATUSES = frozenset({401, 408, 425, 429})
CART_SECRET_HEADER = "X-Cart-Secret"  # noqa: S105  (the name of a header)

DESCRIPTION = "1 to 255 visible ASCII characters that the client makes up; repeating the request repeats them."
# People behind one address share a scope, and a response may hold a secret: nobody must meet a key by chance.
SHORTEST_ANONYMOUS_KEY = 16

ViewMethod = Callable[..., Response]


class KeyMissing(ValidationProblem):
    slug, title = "idempotency-key-required", "This request needs an Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Storage:
    """How a request and its response lie in the database."""

    fingerprint_of: Callable[[Request], str]
    write: Callable[[str], str]
    read: Callable[[str], str]


def idempotent(method: ViewMethod) -> ViewMethod:
    """Make a DRF view method respond to a repeated request with its first response.

    The request must carry `Idempotency-Key` (400 otherwise). The same key and request gets the first response again,
    marked `Idempotency-Replayed: true`; another request with the key is 422 `idempotency-key-reused`; one that comes
    while the first is worked on is 409 `request-in-progress` with Retry-After. Refusals (4xx) are kept like any
    response; 5xx and "not now" responses are not, so the client may try again with the same key.

    No transaction is open while the method runs. If the process dies in it, the work starts again at the next
    request, after a minute: it must bear that, keyed by `request_key(request)`.
    """

    @wraps(method)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        return _respond_once(view, method, request, *args, key=_key_of(request), storage=PLAIN, **kwargs)

    parameter = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True, description=DESCRIPTION)
    return extend_schema(parameters=[parameter])(wrapper)


def optionally_idempotent(method: ViewMethod) -> ViewMethod:
    """Like `idempotent` for a request that carries a key; without one the work is done as often as it is asked for.

    If the process dies in the work of a keyed request, it starts again with the next one: without a constraint of the
    database that may leave a second row, which for what this is used for is harmless. A body may hold a password or a
    card and a response a secret: the database keeps neither in a form that can be read.
    """

    @wraps(method)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        if HEADER not in request.headers:
            return method(view, request, *args, **kwargs)
        key = _key_of(request)
        if len(key) < SHORTEST_ANONYMOUS_KEY and not (caller_or_none(request) is not None or _cart_secret_of(request)):
            message = f"Without a token {HEADER} must have {SHORTEST_ANONYMOUS_KEY} characters, such as a random UUID."
            raise ValidationProblem(message, errors={HEADER: [message]})
        return _respond_once(view, method, request, *args, key=key, storage=SEALED, **kwargs)

    description = f"{DESCRIPTION} Without a token at least {SHORTEST_ANONYMOUS_KEY}."
    parameter = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=False, description=description)
    return extend_schema(parameters=[parameter])(wrapper)


def request_key(request: Request) -> str:
    """The key of the request that an idempotent view serves, to key its work by."""
    return str(getattr(request, REQUEST_ATTRIBUTE))


def _respond_once(
    view: Any, method: ViewMethod, request: Request, /, *args: Any, key: str, storage: Storage, **kwargs: Any
) -> Response:
    setattr(request, REQUEST_ATTRIBUTE, key)
    claim = services.claim_key(scope=_scope_of(request), key=key, fingerprint=storage.fingerprint_of(request))
    if isinstance(claim, services.StoredResponse):
        return _replay(replace(claim, body=storage.read(claim.body)))
    try:
        response = _run(view, method, request, *args, **kwargs)
        if _is_final(response):
            stored = _stored_form(response)
            services.store_response(claim, replace(stored, body=storage.write(stored.body)))
        else:
            services.release_key(claim)
    except Exception:
        services.release_key(claim)
        raise
    return response


def _run(view: Any, method: ViewMethod, request: Request, *args: Any, **kwargs: Any) -> Response:
    """The method's response, also when it raised one."""
    try:
        response = method(view, request, *args, **kwargs)
    except Exception as error:
        if as_problem(error) is None:
            raise
        response = view.handle_exception(error)
    if not isinstance(response, Response):
        raise TypeError("@idempotent is for methods that return a DRF Response.")
    return response


def _key_of(request: Request) -> str:
    key = request.headers.get(HEADER)
    if key is None:
        message = f"Send an {HEADER} header: a new random value for each new request, the same one when repeating it."
        raise KeyMissing(message, errors={HEADER: [message]})
    if not KEY.match(key):
        message = f"{HEADER} must be 1 to 255 visible ASCII characters."
        raise ValidationProblem(message, errors={HEADER: [message]})
    return key


def _scope_of(request: Request) -> str:
    """Whose key it is: one client's keys never meet another's, so nobody is replayed somebody else's response."""
    if caller := caller_or_none(request):
        return services.subject_scope(caller.subject)
    if secret := _cart_secret_of(request):
        return f"cart:{_digest(secret.encode())}"
    return f"address:{_digest(client_address(request).encode())}"


def _cart_secret_of(request: Request) -> str:
    return request.headers.get(CART_SECRET_HEADER, "")


def _request_line_and_body(request: Request) -> bytes:
    return f"{request.method} {request.get_full_path()}\n".encode() + request.body


def _plain_fingerprint(request: Request) -> str:
    return _digest(_request_line_and_body(request))


def _keyed_fingerprint(request: Request) -> str:
    line_and_body = _request_line_and_body(request)
    return salted_hmac("apps.common.idempotency", line_and_body, algorithm="sha256").hexdigest()


PLAIN = Storage(_plain_fingerprint, str, str)
# For bodies that hold a password or a card, which could be found by trying from a plain hash, and responses that hold a
# secret, which the database has nowhere else.
SEALED = Storage(_keyed_fingerprint, seal, unseal)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_final(response: Response) -> bool:
    if response.status_code >= 500 or response.status_code in PASSING_STATUSES:
        return False
    data = response.data if isinstance(response.data, dict) else {}
    return data.get("type") != f"/problems/{services.RequestInProgress.slug}"


def _stored_form(response: Response) -> services.StoredResponse:
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-type"}
    if response.content_type:
        headers["Content-Type"] = response.content_type
    body = "" if response.data is None else JSONRenderer().render(response.data).decode()
    return services.StoredResponse(status=response.status_code, headers=headers, body=body)


def _replay(stored: services.StoredResponse) -> Response:
    headers = {**stored.headers, REPLAYED_HEADER: "true"}
    content_type = headers.pop("Content-Type", None)
    data = json.loads(stored.body) if stored.body else None
    return Response(data, status=stored.status, headers=headers, content_type=content_type)
