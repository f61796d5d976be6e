"""Pages against sorting everything, where many products are level and where places have gone."""

import random

import numpy as np
import pytest

from apps.catalog.discovery.columns import Columns, title_start
from apps.catalog.discovery.selection import SAMPLE, Place, Selection, order_by, page, places

SORTS = ("newest", "price", "-price", "rating", "bestselling", "title")


def selection_of(count: int, *, distinct: int, seed: int) -> Selection:
    """A catalogue of `count` products whose facts have `distinct` values each; a tenth of them is not shown."""
    chance = random.Random(seed)
    columns = Columns()
    columns.reserve(count)
    columns.prices["EUR"] = np.zeros(columns.capacity, dtype=np.int64)
    for number in range(count):
        columns.shows_from[number] = chance.randrange(distinct)
        columns.prices["EUR"][number] = chance.randrange(distinct)
        columns.rating[number] = chance.randrange(min(distinct, 501))
        columns.sales[number] = chance.randrange(distinct)
        # Few values for the upper half, so that the lower one has to decide too.
        columns.id_high[number] = 2**64 - 1 - chance.randrange(max(2, count // 3))
        columns.id_low[number] = number
        columns.titles[number] = f"chair {chance.randrange(distinct)}"
        columns.title_start[number] = title_start(columns.titles[number])
    base = np.zeros(columns.capacity, dtype=bool)
    base[:count] = [chance.random() < 0.9 for _ in range(count)]
    return Selection(columns, "EUR", base, {})


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    ("count", "distinct"), [(0, 1), (3, 9), (400, 1), (400, 6), (SAMPLE * 3, 4), (SAMPLE * 3, 9999)]
)
def test_pages_are_those_of_everything_sorted(sort: str, count: int, distinct: int) -> None:
    selection = selection_of(count, distinct=distinct, seed=count + distinct)
    order = order_by(selection, sort, None, None)
    everything = np.flatnonzero(selection.base)
    whole = [
        number for _, number in sorted(zip(places(selection, order, everything), everything.tolist(), strict=True))
    ]
    assert page(selection, order, limit=24) == (whole[:24], len(whole) > 24)
    for at in {len(whole) * part // 7 for part in range(7)} if whole else ():
        (place,) = places(selection, order, whole[at : at + 1])
        following, preceding = whole[at + 1 :], whole[:at]
        assert page(selection, order, after=place, limit=24) == (following[:24], len(following) > 24)
        assert page(selection, order, after=place, backwards=True, limit=24) == (preceding[-24:], len(preceding) > 24)


@pytest.mark.parametrize("sort", SORTS)
def test_a_place_may_be_one_where_nothing_stands_any_more(sort: str) -> None:
    selection = selection_of(SAMPLE * 2, distinct=5, seed=1)
    order = order_by(selection, sort, None, None)
    everything = np.flatnonzero(selection.base).tolist()
    placed = sorted(zip(places(selection, order, everything), everything, strict=True))
    for at in (0, 1, len(placed) // 2, len(placed) - 1):
        place = placed[at][0]
        gone = Place(place.key, place.id_high, place.id_low + 2**40)
        following = [number for other, number in placed if other > gone]
        preceding = [number for other, number in placed if other < gone]
        assert page(selection, order, after=gone, limit=10) == (following[:10], len(following) > 10)
        assert page(selection, order, after=gone, backwards=True, limit=10) == (preceding[-10:], len(preceding) > 10)


@pytest.mark.parametrize("key", [-(2**63), 2**63 - 1])
def test_the_ends_of_what_a_cursor_may_say(key: int) -> None:
    selection = selection_of(50, distinct=5, seed=2)
    order = order_by(selection, "price", None, None)
    before, beyond = page(selection, order, after=Place(key, 0, 0), limit=100), page(selection, order, limit=100)
    assert before == (beyond if key < 0 else ([], False))
    backwards = page(selection, order, after=Place(key, 2**64 - 1, 2**64 - 1), backwards=True, limit=100)
    assert backwards == (([], False) if key < 0 else beyond)
