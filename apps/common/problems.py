"""Errors as RFC 9457 `application/problem+json`: raised anywhere as a Problem, formatted here once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from apps.common.sqlstate import RACES, sqlstate_of

CONTENT_TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """Base of every error that a client may see, in the language of the request.

    Subclasses stand beside the code that raises them and set `status`, `slug` (the stable, machine-readable end of
    `type`) and `title`. `extensions` become further members of the body.
    """

    status: int = 400
    slug: str = "bad-request"
    title: str | Promise = _("The request cannot be served")

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        self.detail: str = str(detail or self.title)  # type: ignore[assignment]  # one sentence, never DRF's nested details
        self.errors = errors
        self.headers = headers or {}
        self.extensions = extensions
        self.status_code = self.status
        Exception.__init__(self, self.detail)

    def __str__(self) -> str:
        return str(self.detail)


class NotFound(Problem):
    status, slug = 404, "not-found"
    title: str | Promise = _("Not found")


class Conflict(Problem):
    status, slug = 409, "conflict"
    title: str | Promise = _("Conflict with the present state")


class Forbidden(Problem):
    status, slug = 403, "forbidden"
    title: str | Promise = _("Not allowed")


class Unauthenticated(Problem):
    status, slug = 401, "unauthenticated"
    title: str | Promise = _("Sign in first")


class ValidationProblem(Problem):
    """Input that cannot be used; `errors` is `{field: [messages]}`."""

    status, slug = 400, "invalid-input"
    title: str | Promise = _("Invalid input")


class PreconditionFailed(Problem):
    status, slug = 412, "precondition-failed"
    title: str | Promise = _("Somebody changed this meanwhile")


class ServiceUnavailable(Problem):
    status, slug = 503, "service-unavailable"
    title: str | Promise = _("Temporarily unavailable")


# What DRF raises by itself -> our stable slugs.
SLUGS = {
    exceptions.ParseError: "malformed-request",
    exceptions.AuthenticationFailed: "invalid-token",
    exceptions.NotAuthenticated: "unauthenticated",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not-found",
    exceptions.MethodNotAllowed: "method-not-allowed",
    exceptions.NotAcceptable: "not-acceptable",
    exceptions.UnsupportedMediaType: "unsupported-media-type",
    exceptions.Throttled: "too-many-requests",
}


def _flatten(errors: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested DRF errors as `{"lines.0.quantity": ["…"]}`; errors of the whole body stand under `""`."""
    if isinstance(errors, dict):
        out: dict[str, list[str]] = {}
        for key, value in errors.items():
            name = "" if key == "non_field_errors" else str(key)
            out |= _flatten(value, ".".join(part for part in (prefix, name) if part))
        return out
    if isinstance(errors, list) and any(isinstance(item, dict | list) for item in errors):
        out = {}
        for index, item in enumerate(errors):
            if item:
                out |= _flatten(item, f"{prefix}.{index}" if prefix else str(index))
        return out
    return {prefix: [str(item) for item in (errors if isinstance(errors, list) else [errors])]}


def as_problem(exc: Exception) -> Problem | None:
    """The Problem that says what `exc` means to a client; None for a bug."""
    match exc:
        case Problem():
            return exc
        case Http404():
            return NotFound(gettext("There is nothing at this address."))
        case PermissionDenied():
            return Forbidden(gettext("You may not do this."))
        case DjangoValidationError():
            errors = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
            return ValidationProblem(gettext("Some values cannot be used; see errors."), errors=errors)
        case exceptions.ValidationError():
            return ValidationProblem(gettext("Some values cannot be used; see errors."), errors=_flatten(exc.detail))
        case exceptions.APIException():
            slug = next((slug for kind, slug in SLUGS.items() if isinstance(exc, kind)), "error")
            headers = {}
            if header := getattr(exc, "auth_header", None):
                headers["WWW-Authenticate"] = header
            if (wait := getattr(exc, "wait", None)) is not None:
                headers["Retry-After"] = str(max(1, round(wait)))
            detail = exc.detail if isinstance(exc.detail, str) else exc.detail.get("detail", exc.default_detail)  # type: ignore[union-attr]  # simplejwt raises dicts
            return make(exc.status_code, slug=slug, detail=str(detail), headers=headers)
        case RequestDataTooBig() | TooManyFieldsSent():
            return make(
                413, slug="payload-too-large", detail=gettext("The request is larger than this address accepts.")
            )
        case DataError():
            # Out of range of a column's type. A serializer or form should have said which value.
            detail = gettext("A value of the request is outside of what can be stored.")
            return make(400, slug="unusable-value", detail=detail)
        case IntegrityError() if sqlstate_of(exc) in RACES:
            # Two writers at once, after both had looked. The service that knows what it is about says it better.
            return Conflict(
                gettext(
                    "Somebody else changed the same thing at this moment. Look at it again, then repeat your change."
                )
            )
        case OperationalError() | InterfaceError():
            # The database restarts or refuses connections, or ended this transaction for another one's sake.
            detail = gettext("The database is not responding at the moment. Please try again shortly.")
            return ServiceUnavailable(detail, headers={"Retry-After": "5"})
    return None


def make(status: int, *, slug: str, detail: str, headers: dict[str, str] | None = None) -> Problem:
    """A Problem of no class of its own, titled by its status."""
    problem = Problem(detail, headers=headers)
    problem.status = problem.status_code = status
    problem.slug, problem.title = slug, HTTPStatus(status).phrase
    return problem


def body(problem: Problem, request: HttpRequest | None) -> dict[str, Any]:
    """The members of RFC 9457, plus `request_id`, `errors` and the problem's own extensions."""
    content: dict[str, Any] = {
        "type": f"/problems/{problem.slug}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": str(problem.detail),
        "instance": request.path if request is not None else None,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    if problem.errors is not None:
        content["errors"] = problem.errors
    return content | problem.extensions


def problem_response(problem: Problem, request: HttpRequest | None) -> JsonResponse:
    """For plain Django views and middleware."""
    return JsonResponse(
        body(problem, request), status=problem.status, headers=problem.headers, content_type=CONTENT_TYPE
    )
