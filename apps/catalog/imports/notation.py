"""Numbers and dates as people and spreadsheet programs write them, in the one notation that cells are kept in.

What could be two things is never guessed: 1.234 is read by the convention of the file where the file shows it, and
refused otherwise.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.problems import ValidationProblem

MARKS = (".", ",")
# Spaces (also the narrow and the unbreakable ones) and apostrophes separate thousands and nothing else.
SPACES = " \u00a0\u2009\u202f'\u2019"
NAMES = {".": _("point"), ",": _("comma")}


def _number(mark: str) -> re.Pattern[str]:
    """A number whose decimals follow `mark`; thousands are apart by one and the same separator, or not at all."""
    other = "," if mark == "." else "."
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>[{other}{SPACES}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    # In India groups of two follow the first one of three.
    indian = rf"[0-9]{{1,2}}(?:\{other}[0-9]{{2}})+\{other}[0-9]{{3}}"
    return re.compile(
        rf"(?P<sign>[+\-\u2212]?)(?P<whole>{grouped}|{indian}|[0-9]+|(?=[.,][0-9]))(?:\{mark}(?P<decimals>[0-9]+))?"
    )


PATTERNS = {mark: _number(mark) for mark in MARKS}


def readings(text: str) -> dict[str, str]:
    """What `text` says, `-1234.5`, by the decimal mark that it would be written with; empty for what is no number."""
    found = {}
    for mark, pattern in PATTERNS.items():
        if match := pattern.fullmatch(text):
            sign = "-" if match["sign"] in ("-", "\u2212") else ""
            whole = re.sub(r"[^0-9]", "", match["whole"]) or "0"
            found[mark] = f"{sign}{whole}.{match['decimals']}" if match["decimals"] else f"{sign}{whole}"
    return found


def mark_shown(text: str) -> str:
    """The decimal mark that `text` cannot be read without; empty when it shows none."""
    found = readings(text)
    return next(iter(found)) if len(found) == 1 else ""


def plain_number(text: str, mark: str) -> str:
    """`1.234,50` as `1234.50`. `mark` is the file's decimal mark, empty when the file shows none.

    What is no number comes back as it is. Raises ValidationProblem for what could be two numbers.
    """
    found = readings(text)
    if not found:
        return text
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    if mark:
        return found[mark]
    grouped, decimal = sorted(found.values(), key=lambda reading: "." in reading)
    raise ValidationProblem(
        gettext(
            "%(text)s can be read as %(grouped)s or as %(decimal)s, and nothing else in the file "
            "says which. Write %(grouped)s or %(decimal)s0, or name the decimal mark of the "
            "file when you import it."
        )
        % {"text": repr(text), "grouped": grouped, "decimal": decimal}
    )


def plain_number_by(text: str, mark: str) -> str:
    """As `plain_number`, when whoever sent the file says that its decimal mark is `mark` everywhere."""
    found = readings(text)
    if found and mark not in found:
        sentence = gettext(
            "%(text)s is not a number with a decimal %(mark)s, which is what you chose for this file."
        ) % {"text": repr(text), "mark": NAMES[mark]}
        raise ValidationProblem(sentence)
    return found.get(mark, text)


def unambiguous(text: str) -> str:
    """A number in our notation, written so that it can be read in one way alone: 1.234 as 1.2340."""
    return f"{text}0" if len(set(readings(text).values())) > 1 else text


YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})")
# Nobody writes the month first before a point.
DAY_FIRST = re.compile(r"(?P<d>[0-9]{1,2})\. ?(?P<m>[0-9]{1,2})\. ?(?P<y>[0-9]{4})")
EITHER_FIRST = re.compile(r"(?P<a>[0-9]{1,2})([/-])(?P<b>[0-9]{1,2})\2(?P<y>[0-9]{4})")
TIME = re.compile(r"(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2}))?(?: ?(?P<half>[ap])\.?m\.?)?", re.IGNORECASE)
MOMENT = _("Use a date such as 2026-11-27, or a time such as 2026-11-27T09:00:00Z.")


def read_moment(text: str, *, zone: ZoneInfo, ends_day: bool) -> datetime:
    """The moment that `text` says; without a zone it is the shop's.

    A date alone is the beginning of that day, or its end with `ends_day`: the first moment of the next day. Raises
    ValidationProblem for what is no date, and for 03/04/2026, which is two dates.
    """
    try:
        day, clock = _local(text)
        if day is None:
            moment = datetime.fromisoformat(text)
        elif clock is not None:
            moment = datetime.combine(day, clock, zone)
        else:
            moment = datetime.combine(day + timedelta(days=1) if ends_day else day, time(), zone)
    except (ValueError, OverflowError) as error:
        raise ValidationProblem(str(MOMENT)) from error
    if not 1900 <= moment.year <= 3000:
        raise ValidationProblem(str(MOMENT))
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _local(text: str) -> tuple[date | None, time | None]:
    """A date with or without a time of day; nothing for other notations. Raises ValueError, ValidationProblem."""
    for pattern in (YEAR_FIRST, DAY_FIRST, EITHER_FIRST):
        if match := pattern.match(text):
            rest = text[match.end() :].removeprefix(",").strip()
            clock = TIME.fullmatch(rest)
            if rest and not clock:
                return None, None
            day = _either(text, match) if pattern is EITHER_FIRST else date(*(int(match[part]) for part in "ymd"))
            return day, _clock(clock) if clock else None
    return (date.fromisoformat(text), None) if text.isdecimal() and len(text) == 8 else (None, None)


def _either(text: str, match: re.Match[str]) -> date:
    """The day or the month may stand first where only one of the two gives a date."""
    year, first, second = int(match["y"]), int(match["a"]), int(match["b"])
    if first > 12 or first == second:
        return date(year, second, first)
    if second > 12:
        return date(year, first, second)
    one, other = date(year, second, first), date(year, first, second)
    raise ValidationProblem(
        gettext("%(text)s can be read as %(one)s or as %(other)s. Write %(first)s or %(second)s.")
        % {
            "text": repr(text),
            "one": date_format(one, "d F Y"),
            "other": date_format(other, "d F Y"),
            "first": one.isoformat(),
            "second": other.isoformat(),
        }
    )


def _clock(match: re.Match[str]) -> time:
    hour = int(match["h"])
    if half := match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return time(hour, int(match["m"]), int(match["s"] or 0))
