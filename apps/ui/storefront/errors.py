"""Pages for what went wrong: what happened, and what to do now."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from apps.common.http import RemoteProblem, Unavailable
from apps.common.problems import Problem
from apps.ui.storefront.navigation import sign_in_address

log = structlog.get_logger(__name__)
# What a visitor can still do while a part is down.
DOWN = {
    "catalog": ("The shelves are out of reach", "Your orders and your films are still here. Try the shop again soon."),
    "auth": ("Sign-in is out of reach", "You can go on looking around. Try signing in again in a minute."),
    "payment": ("The till is out of reach", "Your cart is safe and stays as it is. Try again in a minute."),
    "video": ("The screening room is out of reach", "Your films are safe. Try again in a minute."),
}


class SignInNeeded(Exception):
    """Raised by a view that is for signed-in people; leads to the sign-in page and back."""


def page(request: HttpRequest, status: int, *, heading: str, text: str) -> HttpResponse:
    """The error page."""
    return render(request, "storefront/error.html", {"heading": heading, "text": text, "status": status}, status=status)


class KindErrorsMiddleware:
    """Turns what clients raise into pages, so that views need not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        match error:
            case SignInNeeded():
                return redirect(sign_in_address(request))
            case Unavailable():
                log.warning("page not served", service=error.service, reason=str(error))
                heading, text = DOWN[error.service]
                response = page(request, 503, heading=heading, text=text)
                response["Retry-After"] = "10"
                return response
            case RemoteProblem() if error.status == 401:
                return redirect(sign_in_address(request))
            case RemoteProblem() if error.status == 404:
                return not_found(request, error)
            case RemoteProblem():
                return page(request, error.status, heading="That did not work", text=error.detail)
            case Problem():
                return page(request, error.status, heading=error.title, text=str(error))
        return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 400, heading="That address makes no sense", text="Check it, or start again from the shop.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403, heading="This is not for you", text="You may not see this page.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = "It may have been sold, moved or never been here. The search knows what there is."
    return page(request, 404, heading="There is nothing here", text=text)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(request, 500, heading="Something broke on our side", text="It is noted. Try again in a moment.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = "The page was open for too long, or cookies are switched off. Go back, load it again and repeat your step."
    return page(request, 403, heading="We could not be sure that it was you", text=text)
