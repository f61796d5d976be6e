"""Which of the shop's languages is spoken to whom, and mails in it."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import get_language, override

from apps.common.languages import accepted_language, current_language, shop_language
from apps.common.mails import MailTexts, compose_mail, mail_language
from apps.common.middleware import AcceptLanguageMiddleware


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("fr, de;q=0.5, en;q=0.4", "de"),
        ("en;q=0.4, de;q=0.5", "de"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
        ("; ; ,,\x00 q=abc", "en"),
        ("d" * 10_000, "en"),
    ],
)
def test_language_is_the_best_of_the_header_that_the_shop_speaks(header, language):
    assert accepted_language(header) == language


def test_language_of_a_region_is_a_language_of_its_own_where_the_shop_has_it(settings):
    settings.SHOP_LANGUAGES = ("en", "pt-br")
    assert shop_language("pt-BR") == "pt-br"
    assert shop_language("pt") is None
    assert shop_language(None) is None


def test_current_language_is_one_of_the_shop():
    with override("de-at"):
        assert current_language() == "de"
    with override("fr"):
        assert current_language() == "en"


@pytest.mark.parametrize(("path", "expected"), [("/v1/things", "de"), ("/about", "en"), ("/v1", "en")])
def test_accept_language_counts_for_the_api_and_the_admins_alone(path, expected):
    seen = []

    def view(request):
        seen.append(get_language())
        return HttpResponse()

    request = RequestFactory().get(path, headers={"Accept-Language": "de"})
    response = AcceptLanguageMiddleware(view)(request)
    assert seen == [expected]
    assert "Vary" not in response
    assert get_language() == "en"


def test_mail_has_the_shop_address_and_the_reason_in_text_and_html(settings, tmp_path):
    settings.SHOP_ADDRESS = "Kinoladen & Co, Hauptstraße 1, 20095 Hamburg"
    (tmp_path / "x.txt").write_text('{% extends "common/mail/base.txt" %}{% block content %}{{ title }}{% endblock %}')
    (tmp_path / "x.html").write_text(
        '{% extends "common/mail/base.html" %}{% block content %}{{ title }}{% endblock %}'
    )
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    texts = MailTexts("A subject", "What the inbox shows", "Because you asked.")
    with mail_language("de") as language:
        message = compose_mail("x", texts, to="ada@example.com", context={"title": "<b>Mug</b>"})
    html = message.alternatives[0].content
    assert (language, message.subject, message.to) == ("de", "A subject", ["ada@example.com"])
    assert "<b>Mug</b>" in message.body
    assert "Kinoladen & Co, Hauptstraße 1" in message.body
    assert "Because you asked." in message.body
    for part in (
        "&lt;b&gt;Mug",
        "Kinoladen &amp; Co",
        "Because you asked.",
        '<html lang="de">',
        "What the inbox shows",
    ):
        assert part in html
    assert "<img" not in html


@pytest.mark.parametrize(
    ("cookie", "accept", "expected"),
    [("", "de-AT", "de"), ("en", "de", "en"), ("de", "en", "de"), ("fr", "de", "de"), ("", "fr", "en")],
)
def test_language_menu_of_the_admin_counts_more_than_the_browser(cookie, accept, expected):
    seen = []

    def view(request):
        seen.append(get_language())
        return HttpResponse()

    request = RequestFactory().get("/admin/", headers={"Accept-Language": accept})
    request.COOKIES["admin_language"] = cookie
    response = AcceptLanguageMiddleware(view)(request)
    assert seen == [expected]
    assert response["Vary"] == "Accept-Language, Cookie"
