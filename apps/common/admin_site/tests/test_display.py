"""Values as the pages of the admin show them."""

from __future__ import annotations

import datetime

import pytest
from django.utils.formats import date_format
from django.utils.translation import override

from apps.common.admin_site.display import address, duration, language_name, link, money

ADDRESS = {"name": "Ada <Lindgren>", "line1": "Am Ufer 1", "line2": "", "postal_code": "10115", "city": "Berlin"}
MOMENT = datetime.datetime(2026, 11, 30, 14, 5, tzinfo=datetime.UTC)


@pytest.mark.parametrize(("language", "text"), [("en", "€1,019.99"), ("de", "1.019,99\xa0€")])
def test_money_is_written_as_the_language_does(language, text):
    with override(language):
        assert money(101999, "EUR") == text


@pytest.mark.parametrize(("language", "text"), [("en", "30 Nov 2026, 14:05"), ("de", "30.11.2026, 14:05")])
def test_times_are_not_american(language, text):
    with override(language):
        assert date_format(MOMENT, "DATETIME_FORMAT") == text


@pytest.mark.parametrize(("language", "country"), [("en", "Germany"), ("de", "Deutschland")])
def test_an_address_is_written_in_lines_and_escaped(language, country):
    with override(language):
        shown = address({**ADDRESS, "country": "DE"})
    assert shown == f"Ada &lt;Lindgren&gt;<br>Am Ufer 1<br>10115 Berlin<br>{country}"


def test_no_address_is_empty():
    assert address(None) == ""


def test_links_are_escaped():
    assert link("/x?a=1&b=2", "<b>") == '<a class="admin-link" href="/x?a=1&amp;b=2">&lt;b&gt;</a>'


@pytest.mark.parametrize(("seconds", "text"), [(0, ""), (61, "0:01:01"), (5525.4, "1:32:05")])
def test_durations_are_hours_minutes_and_seconds(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(("code", "name"), [("de", "Deutsch"), ("", ""), ("nonsense", "nonsense")])
def test_languages_have_names(code, name):
    with override("de"):
        assert language_name(code) == name
