"""Error pages: what happened, and what the visitor can do now."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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
        _("The shop is temporarily unavailable"),
        _("We’re working on it. You can still see your orders and watch your films."),
    ),
    "auth": (
        _("Accounts are temporarily unavailable"),
        _("You can keep shopping in the meantime. Please try again in a minute."),
    ),
    "payment": (
        _("Cart and orders are temporarily unavailable"),
        _("Your cart is safe. Please try again in a minute."),
    ),
    "video": (_("Your library is temporarily unavailable"), _("Your films are safe. Please try again in a minute.")),
}
# Pages that work while the service is down.
AVAILABLE_LINKS = {
    "catalog": (("library", _("Your library")), ("orders", _("Your orders"))),
    "auth": (("shop", _("Continue shopping")), ("cart", _("Your cart"))),
    "payment": (("shop", _("Continue shopping")), ("library", _("Your library"))),
    "video": (("shop", _("Continue shopping")), ("orders", _("Your orders"))),
}
DEFAULT_LINKS = (("home", _("Go to the home page")), ("library", _("Your library")))


def page(
    request: HttpRequest,
    status: int,
    *,
    heading: str | Promise,
    text: str | Promise,
    links: tuple[tuple[str, str | Promise], ...] = DEFAULT_LINKS,
    has_search: bool = False,
) -> HttpResponse:
    """The error page; `links` are (name of a page, label), the main action first."""
    context = {"heading": heading, "text": text, "status": status, "links": links, "has_search": has_search}
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
            case RemoteProblem() if error.slug == "product-moved" and (slug := error.body.get("slug")):
                return redirect("product", slug=slug, permanent=request.method in ("GET", "HEAD"))
            case RemoteProblem() if error.status == 404:
                return not_found(request, error)
            case RemoteProblem() if error.status == 429:
                return too_many_requests(request, error)
            case RemoteProblem():
                return page(request, error.status, heading=gettext("Something went wrong"), text=error.detail)
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


def too_many_requests(request: HttpRequest, error: RemoteProblem) -> HttpResponse:
    """429: a service has had enough of this visitor for now."""
    response = page(request, 429, heading=gettext("Too many attempts"), text=error.detail)
    response["Retry-After"] = str(error.retry_after or RETRY_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = gettext("Please check the address, or start from the home page.")
    return page(request, 400, heading=gettext("Invalid request"), text=text)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = gettext("You don’t have permission to view this page.")
    return page(request, 403, heading=gettext("Access denied"), text=text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.method in ("GET", "HEAD") and (address := usual_address(request.path)):
        return redirect(address, permanent=True)
    text = gettext("It may have moved, or it no longer exists. Try searching for it.")
    return page(request, 404, heading=gettext("Page not found"), text=text, has_search=True)


def server_error(request: HttpRequest) -> HttpResponse:
    text = gettext("The error has been logged. Please try again in a moment.")
    return page(request, 500, heading=gettext("Something went wrong on our side"), text=text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = gettext("The form was sent from another website. Please open the page in our shop and try again.")
    return page(request, 403, heading=gettext("We couldn’t accept this form"), text=text)


def sentence_of(problem: RemoteProblem) -> str:
    """The first field error of a refusal, else its general sentence."""
    return next((sentence for sentences in problem.errors.values() for sentence in sentences), problem.detail)
