"""Money, dates and names of countries and languages, in the language of the page (CLDR, by Babel)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from django.conf import settings

from apps.common import countries
from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.numbers import percentage

# English dates have the day first, and hours from 0 to 23.
DATE_LOCALES = {"en": "en_GB"}


def format_money(money: Money) -> str:
    """`€1,234.50` in English, `1.234,50 €` in German. A space before a symbol does not break."""
    return money.format(current_language())


def format_rate(basis_points: int) -> str:
    """`19%` in English, `19 %` in German for 1900."""
    return percentage(basis_points, current_language())


def format_day(day: date) -> str:
    """`1 March` in English, `1. März` in German."""
    return format_skeleton("MMMMd", day, locale=_date_locale())


def format_date(day: date) -> str:
    """`1 March 2099` in English, `1. März 2099` in German."""
    return format_skeleton("yMMMMd", day, locale=_date_locale())


def format_time(moment: datetime) -> str:
    """`10:00 UTC`."""
    return f"{format_skeleton('Hm', moment, locale=_date_locale())} UTC"


def country_name(code: str) -> str:
    """A country's name; the code when it is unknown."""
    return countries.country_name(code, current_language())


def language_name(code: str) -> str:
    """A language's name; the code when it is unknown."""
    return _locale(current_language()).languages.get(code.replace("-", "_"), code)


def own_language_name(code: str) -> str:
    """A language's name in that language, such as Deutsch or Français."""
    name = _locale(code).get_display_name() or code
    return name[:1].upper() + name[1:]


def _date_locale() -> Locale:
    code = current_language()
    return _locale(DATE_LOCALES.get(code, code))


def _locale(code: str) -> Locale:
    return Locale.parse(code.replace("-", "_"))


def format_average(value: float) -> str:
    """One digit after the mark: `4.5` in English, `4,5` in German."""
    return format_decimal(value, format="0.0", locale=_locale(current_language()))


def format_weekday(day: date) -> str:
    """`Tue 1 Dec` in English, `Di., 1. Dez.` in German: for dates of delivery."""
    return format_skeleton("MMMEd", day, locale=_date_locale())


def format_days(first: date, last: date) -> str:
    """`Tue 1 Dec – Thu 3 Dec`, or one day."""
    days = format_weekday(first), format_weekday(last)
    return days[0] if first == last else f"{days[0]} – {days[1]}"


def format_zoned(moment: datetime) -> str:
    """`1 December 2026, 11:00 CET`, in the shop's time zone."""
    local = moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE))
    return f"{format_date(local)}, {format_skeleton('Hm', local, locale=_date_locale())} {local.tzname()}"


def format_names(names: Sequence[str]) -> str:
    """`A, B and C` in English, `A, B und C` in German."""
    return format_list(names, locale=_locale(current_language()))
