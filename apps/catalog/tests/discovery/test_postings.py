"""Packed words against the documents themselves: whatever was packed when, a search finds the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from apps.catalog.discovery import postings
from apps.catalog.discovery.listings import refresh
from apps.catalog.discovery.models import Listing, Posting, SearchDocument
from apps.catalog.discovery.tasks import pack_postings
from apps.catalog.products.models import Product
from apps.catalog.products.publication import set_status
from apps.catalog.tests.factories import make_film, make_product, sku_of

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = (
    ["mug"],
    ["mugs"],
    ["m"],
    ["stone", "mug"],
    ["ceramics"],
    ["cafe"],
    ["frohlich"],
    ["alder", "cup"],
    ["½"],
    ["o'neill"],
    ["nothing"],
    [],
)


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    make_film("Metropolis", year=1927, attributes={"Cast": "Brigitte Helm, Gustav Fröhlich"})
    make_product("Stoneware mug", brand="Alder", attributes={"Material": "Ceramics"}, summary="Holds ½ litre of tea.")
    make_product("Café cup", brand="Alder", description="O'Neill's mug is another one.")
    make_product("Hidden mug", status="draft")


def packed_in() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {postings.PACKED_IN}")
        return cursor.fetchone()[0]


def found(words: list[str], *, since: int | None = None, article: str = "") -> dict[str, int]:
    """Ranks by title; `since` as `packed_in`."""
    since = packed_in() if since is None else since
    numbers, ranks, _ = postings.look_up(words, article=article, stems="streamcart_en", packed_in=since)
    titles = dict(Listing.objects.values_list("number", "card__title"))
    return {titles[number]: rank for number, rank in zip(numbers.tolist(), ranks.tolist(), strict=True)}


def read(words: list[str]) -> dict[str, int]:
    """As `found`, from the documents alone."""
    return found(words, since=0)


def until(happens: Callable[[], bool]) -> None:
    """Other databases of the server have transactions too, which hold packing back while they are open."""
    ends = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < ends
        time.sleep(0.02)


def nothing_is_left_to_pack() -> bool:
    postings.pack()
    return not SearchDocument.objects.filter(changed_in__gte=packed_in()).exists()


def retitle(title: str, to: str) -> None:
    with transaction.atomic():
        product = Product.objects.get(title=title)
        product.title = to
        product.save()
        refresh([product.pk])


@pytest.mark.parametrize("words", WORDS)
def test_packed_words_find_what_documents_hold(words):
    postings.pack()
    assert packed_in() > 0
    assert found(words) == read(words)


def test_packed_words_are_what_is_asked():
    until(nothing_is_left_to_pack)
    assert found(["mug"])
    Posting.objects.all().delete()
    assert found(["mug"]) == {}
    assert read(["mug"])


def test_a_title_outranks_a_brand_and_a_whole_word_one_that_is_begun():
    make_product("Mugwort tea")
    ranks = found(["mug"])
    assert ranks["Stoneware mug"] > ranks["Mugwort tea"] > ranks["Café cup"]
    assert found(["alder", "mug"]) == {"Stoneware mug": 1400, "Café cup": 450}


def test_documents_changed_after_packing_are_found_as_they_are_now():
    postings.pack()
    retitle("Stoneware mug", "Stoneware bowl")
    make_product("Third mug")
    with transaction.atomic():
        set_status(Product.objects.get(title="Hidden mug"), "published")
    with transaction.atomic():
        set_status(Product.objects.get(title="Café cup"), "archived")
    assert found(["mug"]).keys() == {"Third mug", "Hidden mug"}
    assert found(["bowl"]).keys() == {"Stoneware bowl"}
    for words in WORDS:
        assert found(words) == read(words)
    postings.pack()
    assert found(["mug"]).keys() == {"Third mug", "Hidden mug"}
    assert not Posting.objects.filter(word="café").exists()


def test_an_article_is_found_by_its_number():
    postings.pack()
    product = Product.objects.get(title="Café cup")
    assert found(["x"], article=sku_of(product)) == {"Café cup": postings.ARTICLE_RANK}


def test_writes_of_a_transaction_that_was_open_while_packing_are_not_lost():
    written, packed = threading.Event(), threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                product = Product.objects.get(title="Stoneware mug")
                product.title = "Late bowl"
                product.save()
                refresh([product.pk])
                written.set()
                assert packed.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(slowly)
        assert written.wait(20)
        postings.pack()
        assert found(["mug"]).keys() == {"Stoneware mug", "Café cup"}
        packed.set()
        writing.result()
    assert found(["bowl"]).keys() == {"Late bowl"}
    assert found(["mug"]).keys() == {"Café cup"}


def test_a_reader_may_hold_an_older_packing_position():
    postings.pack()
    before = packed_in()
    retitle("Stoneware mug", "Stoneware bowl")
    postings.pack()
    assert found(["bowl"], since=before) == found(["bowl"]) == read(["bowl"])


def test_of_two_packers_at_once_one_packs():
    with transaction.atomic():
        assert postings.pack() is True
        with ThreadPoolExecutor(1) as pool:

            def pack() -> bool:
                try:
                    return postings.pack()
                finally:
                    connection.close()

            assert pool.submit(pack).result() is False
    assert postings.pack() is True


def test_a_database_restored_on_another_server_is_packed_again():
    """Transactions have other numbers there: of the server that was backed up, higher ones."""
    postings.pack()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE discovery_packing SET packed_in = packed_in + 1000000000")
        cursor.execute("UPDATE discovery_searchdocument SET changed_in = changed_in + 999999999")
    retitle("Stoneware mug", "Stoneware bowl")
    assert packed_in() == 0
    assert found(["bowl"]).keys() == {"Stoneware bowl"}
    assert pack_postings() is True
    assert packed_in() > 0
    assert found(["bowl"]).keys() == {"Stoneware bowl"}
    assert found(["cup"]).keys() == {"Café cup"}


def test_postings_are_packed_when_many_documents_changed(monkeypatch):
    assert pack_postings() is True
    until(nothing_is_left_to_pack)
    assert pack_postings() is False
    monkeypatch.setattr(postings, "MOST_CHANGED", 1)
    for number in range(60):
        make_product(f"Cup {number}")
    until(pack_postings)
    until(nothing_is_left_to_pack)
    retitle("Cup 1", "Plate 1")
    assert pack_postings() is False
    retitle("Cup 2", "Plate 2")
    until(pack_postings)


def test_postings_are_not_packed_repeatedly_while_a_transaction_is_open():
    begun, ended = threading.Event(), threading.Event()

    def stay_open() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
                begun.set()
                assert ended.wait(20)
        finally:
            connection.close()

    until(nothing_is_left_to_pack)
    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(stay_open)
        assert begun.wait(20)
        retitle("Stoneware mug", "Stoneware bowl")
        assert pack_postings() is False
        assert found(["bowl"]).keys() == {"Stoneware bowl"}
        ended.set()
        opened.result()
    until(pack_postings)


@pytest.mark.parametrize("command", [["refresh_listings"], ["seed", "--products", "3"]])
def test_commands_that_write_many_documents_pack_them(command):
    call_command(*command)
    assert packed_in() > 0
    assert Posting.objects.filter(word="mug").exists()
