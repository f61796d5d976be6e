"""Error responses of the gateway itself: a problem (RFC 9457) to callers of an API, the shop's page to browsers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus

PAGE = "/-/error.html"
# Addresses and not named locations: NGINX has no path to redirect from when the request's line is too long.
PROBLEM = "/-/refused"
NO_STORE = "add_header Cache-Control no-store always;"
# Whatever was sent to the address that failed: else a service that dies during a large upload looks like a 413.
ANY_SIZE = "client_max_body_size 0;"
SECURITY_HEADERS = "add_header X-Content-Type-Options nosniff always; add_header Referrer-Policy same-origin always;"


@dataclass(frozen=True)
class Refusal:
    """An error of NGINX's own: the status that causes it, the status that is sent, and what is said.

    `detail` is for callers of an API and may hold NGINX variables; `heading` and `text` (English, German) are for
    people.
    """

    cause: int
    slug: str
    detail: str
    heading: tuple[str, str]
    text: tuple[str, str]
    status: int = 0
    retry_after: int = 0

    @property
    def sent(self) -> int:
        return self.status or self.cause


MALFORMED = Refusal(
    cause=400,
    slug="bad-request",
    detail="The request is malformed; check its address and headers.",
    heading=("This address cannot be read", "Diese Adresse ist nicht lesbar"),
    text=(
        "Check the address, or start again from the front page.",
        "Bitte prüfen Sie die Adresse, oder beginnen Sie auf der Startseite.",
    ),
)
AWAY = Refusal(
    cause=503,
    slug="service-unavailable",
    detail="The $service service is not responding at the moment. Please try again shortly.",
    heading=("We’ll be right back", "Wir sind gleich wieder da"),
    text=(
        "StreamCart is starting or being updated. This page tries again every few seconds.",
        "StreamCart startet oder wird aktualisiert. Diese Seite versucht es alle paar Sekunden wieder.",
    ),
    status=503,
    retry_after=5,
)
REFUSALS = (
    MALFORMED,
    Refusal(
        cause=403,
        slug="forbidden",
        detail="This address is not open to you.",
        heading=("This is not open to you", "Dafür fehlt Ihnen die Berechtigung"),
        text=("Go back to the front page.", "Zurück zur Startseite."),
    ),
    Refusal(
        cause=404,
        slug="not-found",
        detail="There is nothing at this address.",
        heading=("Page not found", "Seite nicht gefunden"),
        text=("It may have moved, or never existed.", "Vielleicht ist sie umgezogen, oder es gab sie nie."),
    ),
    Refusal(
        cause=405,
        slug="method-not-allowed",
        detail="This address does not take the method $request_method.",
        heading=("This address does not work that way", "So lässt sich diese Adresse nicht aufrufen"),
        text=("Go back to the front page.", "Zurück zur Startseite."),
    ),
    Refusal(
        cause=413,
        slug="payload-too-large",
        detail="Send at most $largest_body to this address.",
        heading=("That was too large", "Das war zu groß"),
        text=(
            "Go back and send at most $largest_body at once.",
            "Bitte gehen Sie zurück und senden Sie höchstens $largest_body auf einmal.",
        ),
    ),
    Refusal(
        cause=414,
        slug="uri-too-long",
        detail="The address is too long; send what is long in the body.",
        heading=("This address is too long", "Diese Adresse ist zu lang"),
        text=("Start again from the front page.", "Bitte beginnen Sie auf der Startseite."),
    ),
    Refusal(
        cause=421,
        slug="unknown-host",
        detail="No shop lives at this host name.",
        heading=("No shop lives at this address", "Unter dieser Adresse gibt es keinen Shop"),
        text=("Check the address.", "Bitte prüfen Sie die Adresse."),
    ),
    Refusal(
        cause=429,
        slug="too-many-requests",
        detail="Too many requests came from your address. Please wait a moment.",
        heading=("That was a bit fast", "Das ging etwas zu schnell"),
        text=(
            "Too many requests came from your address. Please wait a moment, then try again.",
            "Von Ihrer Adresse kamen zu viele Anfragen. Bitte warten Sie einen Moment.",
        ),
        retry_after=2,
    ),
    # Headers or cookies beyond NGINX's buffers: its own number, which means 400 to everybody else.
    Refusal(
        cause=494,
        slug="headers-too-large",
        detail="The headers are too large; send fewer or shorter ones.",
        heading=("Your browser sent too much", "Ihr Browser hat zu viel gesendet"),
        text=("Delete this site's cookies, then try again.", "Bitte löschen Sie die Cookies dieser Seite."),
        status=431,
    ),
    *(replace(AWAY, cause=cause) for cause in (502, 503, 504)),
)


def http_lines(hidden: list[str]) -> str:
    """Maps for the `http` block: where each error goes, by who asked, and the page's words by language.

    `hidden` are first path segments that no browser asks for; of the APIs' addresses, people see the admins. The line
    of the request decides, since NGINX knows no path yet when the line is too long.
    """
    programs = rf"~^\S+ /+(?!api/[a-z]+/admin(?:[/? ]|$))(?:{'|'.join(['api', *hidden])})(?:[/? ]|$)"
    maps = [
        "map $http_accept_language $german { default 0; ~*^de 1; }",
        *(
            f'map $request $refused_{cause} {{ default {PAGE}; "{programs}" {PROBLEM}/{cause}; }}'
            for cause in (refusal.cause for refusal in REFUSALS)
        ),
        'map $german $page_language { default "en"; 1 "de"; }',
        _words("page_heading", "heading"),
        _words("page_text", "text"),
        'map $status $page_retry_after { default ""; '
        + " ".join(f"{each.sent} {each.retry_after};" for each in _by_status() if each.retry_after)
        + " }",
    ]
    return "\n".join(f"  {line}" for line in maps)


def _by_status() -> list[Refusal]:
    return list({refusal.sent: refusal for refusal in REFUSALS}.values())


def _words(variable: str, attribute: str) -> str:
    """One map from status and language to words."""
    lines = [f'default "{getattr(MALFORMED, attribute)[0]}";']
    for refusal in _by_status():
        for number, words in enumerate(getattr(refusal, attribute)):
            lines.append(f'"{refusal.sent}:{number}" "{words}";')
    return f'map "$status:$german" ${variable} {{ {" ".join(lines)} }}'


def server_lines(templates: str) -> str:
    """`error_page` for the `server` block, and the locations that send them."""
    lines = [f"error_page {each.cause} ={each.sent} $refused_{each.cause};" for each in REFUSALS]
    lines += [_problem(each) for each in REFUSALS]
    headers = f"{NO_STORE} {SECURITY_HEADERS} add_header Retry-After $page_retry_after always;"
    page = f"default_type text/html; alias {templates}/error.html;"
    lines.append(f"location = {PAGE} {{ internal; {ANY_SIZE} ssi on; {headers} {page} }}")
    return "\n".join(f"    {line}" for line in lines)


def _problem(refusal: Refusal) -> str:
    retry = f"add_header Retry-After {refusal.retry_after} always; " if refusal.retry_after else ""
    return (
        f"location = {PROBLEM}/{refusal.cause} {{ internal; {ANY_SIZE} {retry}{NO_STORE} {SECURITY_HEADERS} "
        f"default_type application/problem+json; return {refusal.sent} '{problem(refusal)}'; }}"
    )


def problem(refusal: Refusal) -> str:
    """The body; NGINX fills the variables in."""
    members = {
        "type": f"/problems/{refusal.slug}",
        "title": HTTPStatus(refusal.sent).phrase,
        "status": refusal.sent,
        "detail": refusal.detail,
        "request_id": "$rid",
    }
    return json.dumps(members)
