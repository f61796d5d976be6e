"""Error pages: what happened, and what the visitor can do now."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from apps.common.http import RemoteProblem, Unavailable
from apps.common.problems import Problem
from apps.ui.storefront.drafts import keep_draft
from apps.ui.storefront.navigation import sign_in_url, usual_address
from apps.ui.storefront.session import ShopRequest, SignInRequired

log = structlog.get_logger(__name__)
RETRY_SECONDS = 10
# Heading and text while a service is down.
UNAVAILABLE_TEXTS = {
    "catalog": (
        "The shop is temporarily unavailable",
        "We’re working on it. You can still see your orders and watch your films.",
    ),
    "auth": (
        "Accounts are temporarily unavailable",
        "You can keep shopping in the meantime. Please try again in a minute.",
    ),
    "payment": (
        "Cart and orders are temporarily unavailable",
        "Your cart is safe. Please try again in a minute.",
    ),
    "video": ("Your library is temporarily unavailable", "Your films are safe. Please try again in a minute."),
}
# Pages that work while the service is down.
AVAILABLE_LINKS = {
    "catalog": (("library", "Your library"), ("orders", "Your orders")),
    "auth": (("shop", "Continue shopping"), ("cart", "Your cart")),
    "payment": (("shop", "Continue shopping"), ("library", "Your library")),
    "video": (("shop", "Continue shopping"), ("orders", "Your orders")),
}
DEFAULT_LINKS = (("home", "Go to the home page"), ("library", "Your library"))


def page(
    request: HttpRequest,
    status: int,
    *,
    heading: str,
    text: str,
    links: tuple[tuple[str, str], ...] = DEFAULT_LINKS,
) -> HttpResponse:
    """The error page; `links` are (name of a page, label), the main action first."""
    context = {"heading": heading, "text": text, "status": status, "links": links}
    return render(request, "storefront/error.html", context, status=status)


class ServiceErrorsMiddleware:
    """Turns the errors that API clients raise into pages and redirects."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: ShopRequest, error: Exception) -> HttpResponse | None:
        match error:
            case SignInRequired():
                return _sign_in_page(request)
            case Unavailable():
                return service_unavailable(request, error)
            case RemoteProblem() if error.status == 401:
                # Not expired, yet rejected: keys or roles have changed.
                request.shop.sign_out()
                return _sign_in_page(request)
            case RemoteProblem() if error.status == 404:
                return not_found(request, error)
            case RemoteProblem():
                return page(request, error.status, heading="Something went wrong", text=error.detail)
            case Problem():
                return page(request, error.status, heading=str(error.title), text=str(error))
        return None


def _sign_in_page(request: ShopRequest) -> HttpResponse:
    """Lead to the sign-in page and back; what was typed into a form waits there."""
    response = redirect(sign_in_url(request))
    if request.method == "POST":
        keep_draft(request, response)
    return response


def service_unavailable(request: HttpRequest, error: Unavailable) -> HttpResponse:
    """503: the page needs a service that is down."""
    log.warning("page not served", service=error.service, reason=error.reason)
    heading, text = UNAVAILABLE_TEXTS[error.service]
    response = page(request, 503, heading=heading, text=text, links=AVAILABLE_LINKS[error.service])
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 400, heading="Invalid request", text="Please check the address, or start from the home page.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403, heading="Access denied", text="You don’t have permission to view this page.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.method in ("GET", "HEAD") and (address := usual_address(request.path)):
        return redirect(address, permanent=True)
    text = "It may have moved, or it no longer exists. Try searching for it."
    return page(request, 404, heading="Page not found", text=text)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(
        request,
        500,
        heading="Something went wrong on our side",
        text="The error has been logged. Please try again in a moment.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = "Please go back, reload the page and try again. If that doesn’t help, check that cookies are enabled."
    return page(request, 403, heading="This page has expired", text=text)
