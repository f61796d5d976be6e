import uuid
from urllib.parse import quote

import pytest
from django.core.signing import Signer
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.test import APIRequestFactory

from apps.common.api import cursors
from apps.common.api.pagination import CursorPagination
from apps.common.staff.models import StaffUser

pytestmark = pytest.mark.django_db
LIST = "staff.StaffUser by -name,id"


class Row(serializers.ModelSerializer):
    class Meta:
        model = StaffUser
        fields = ["id", "name", "email"]


class Rows(ListAPIView):
    queryset = StaffUser.objects.all()
    serializer_class = Row
    permission_classes = [AllowAny]
    pagination_class = CursorPagination
    ordering = ("-name", "id")


def get(query: str = "") -> dict:
    response = Rows.as_view()(APIRequestFactory().get(f"/rows?{query}"))
    response.render()
    return response


def query_of(link: str) -> str:
    return link.partition("?")[2]


def make(*names: str) -> list[StaffUser]:
    return StaffUser.objects.bulk_create(StaffUser(id=uuid.uuid4(), name=name, email="a@b.example") for name in names)


def walk(query: str) -> list[str]:
    seen = []
    while True:
        data = get(query).data
        seen += [row["id"] for row in data["results"]]
        if data["next"] is None:
            return seen
        query = query_of(data["next"])


def test_every_row_is_seen_once_although_the_sort_values_tie():
    rows = make(*["tie"] * 7, "a", "z", "z")
    expected = [str(r.id) for r in sorted(rows, key=lambda r: r.id)]
    seen = walk("limit=3")
    assert sorted(seen) == sorted(expected)
    assert len(set(seen)) == 10


def test_walking_back_shows_the_same_pages():
    make(*"abcdefg")
    first = get("limit=3").data
    second = get(query_of(first["next"])).data
    back = get(query_of(second["previous"])).data
    assert [r["name"] for r in first["results"]] == ["g", "f", "e"]
    assert [r["name"] for r in second["results"]] == ["d", "c", "b"]
    assert back["results"] == first["results"]
    assert back["previous"] is None
    assert first["previous"] is None


def test_rows_that_come_and_go_neither_repeat_nor_hide_others():
    rows = make(*"abcdef")
    first = get("limit=2").data
    assert [r["name"] for r in first["results"]] == ["f", "e"]
    make("zz")  # before the cursor: must not push "e" onto the next page
    rows[5].delete()  # "f": must not pull "d" over the cursor
    assert [r["name"] for r in get(query_of(first["next"])).data["results"]] == ["d", "c"]


def test_a_page_costs_one_query_however_deep(django_assert_num_queries):
    make(*[f"{i:03}" for i in range(40)])
    query = query_of(get("limit=2").data["next"])
    for _ in range(10):
        with django_assert_num_queries(1):
            data = get(query).data
        query = query_of(data["next"])


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "abc", "1e3", "", "9" * 40, "9" * 5_000, "0024", "0" * 5_000 + "1", "١"]
)
def test_absurd_limits_are_refused(limit):
    response = get(f"limit={limit}")
    assert response.status_code == 400
    assert "limit" in response.data["errors"]


def forged(*values: object) -> str:
    """What a client makes up that knows how a cursor looks, but not the key."""
    return Signer(key="a guess", salt=f"cursor of {LIST}", sep=".").sign_object([0, *values])


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "é", ".", "WzBd", "WzBd.", "WzAsImEiLCJiIl0.c2lnbmF0dXJl", "9" * 10_000),
        forged("a", str(uuid.uuid4())),
        forged("infinity", "infinity"),
        forged("9999-12-31T23:59:59-14:00", 2**200),
        forged("\ud800", None),
        forged(1e400, [[]]),
    ],
)
def test_a_cursor_that_was_not_given_out_is_refused(cursor):
    make("a")
    response = get(f"cursor={quote(cursor)}")
    assert response.status_code == 400
    assert response.data["type"] == "/problems/broken-cursor"
    assert "cursor" in response.data["errors"]


def test_a_cursor_of_another_list_is_refused():
    make(*"abc")
    cursor = cursors.encode(cursors.CursorPosition(("a", str(uuid.uuid4()))), of="another list")
    assert get(f"cursor={cursor}").data["type"] == "/problems/broken-cursor"
