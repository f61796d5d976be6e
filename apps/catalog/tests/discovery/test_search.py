"""What shoppers type, and what they find."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from apps.catalog.discovery.listings import refresh, refresh_all
from apps.catalog.discovery.models import SearchDocument, SearchWord
from apps.catalog.tests.factories import make_film, make_product
from apps.catalog.tests.shop import look, titles

pytestmark = pytest.mark.django_db


def found(q: str, **filters) -> list[str]:
    """Titles in order of relevance."""
    return titles(q=q, **filters)


@pytest.fixture
def _catalogue() -> None:
    make_film("Metropolis", year=1927, attributes={"Director": "Fritz Lang", "Cast": "Brigitte Helm, Gustav Fröhlich"})
    make_film("Nosferatu", year=1922, attributes={"Director": "F. W. Murnau"}, summary="A silent film of terror.")
    make_product("Stoneware mug", brand="Alder", attributes={"Material": "Ceramics"}, summary="Holds 350 ml of tea.")
    make_product("Brass desk lamp", brand="Birch & Co", description="For reading. A lamp for film lovers.")
    make_product("Café cup", brand="Alder")


@pytest.mark.usefixtures("_catalogue")
class TestFinding:
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("mug", ["Stoneware mug"]),
            ("MUGS", ["Stoneware mug"]),
            ("metro", ["Metropolis"]),
            ("fritz lang", ["Metropolis"]),
            ("frohlich", ["Metropolis"]),
            ("fröhlich", ["Metropolis"]),
            ("cafe", ["Café cup"]),
            ("café", ["Café cup"]),
            ("1927", ["Metropolis"]),
            ("birch", ["Brass desk lamp"]),
            ("ceramic", ["Stoneware mug"]),
            ("cerami", ["Stoneware mug"]),
            ("350 ml", ["Stoneware mug"]),
            ("the mug of the", ["Stoneware mug"]),
            ("mug lamp", []),
        ],
    )
    def test_words_find_titles_brands_attributes_and_texts(self, typed, expected):
        assert found(typed) == expected

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("metroplis", ["Metropolis"]),
            ("nosferatoo", ["Nosferatu"]),
            ("stonewear mug", ["Stoneware mug"]),
            ("brss lmp", []),
            ("brss lamp", ["Brass desk lamp"]),
            ("zzzzqqq", []),
        ],
    )
    def test_misspelt_words_are_read_as_similar_ones(self, typed, expected):
        assert found(typed) == expected

    def test_the_shopper_sees_what_was_searched_for_instead(self):
        assert look(q="brss lamp").corrected == "brass lamp"
        assert look(q="brass lamp").corrected is None

    def test_a_phrase_must_stand_together(self):
        assert found('"silent film"') == ["Nosferatu"]
        assert found('"film silent"') == []

    def test_an_excluded_word_leaves_products_out(self):
        assert set(found("film")) == {"Nosferatu", "Metropolis", "Brass desk lamp"}
        assert set(found("film -lamp")) == {"Nosferatu", "Metropolis"}
        assert set(found('film -"silent film"')) == {"Metropolis", "Brass desk lamp"}

    def test_a_title_counts_more_than_a_description(self):
        make_product("Oil can", description="For your lamp, any lamp, every lamp.")
        assert found("lamp") == ["Brass desk lamp", "Oil can"]

    def test_search_and_filters_narrow_together(self):
        assert set(found("alder")) == {"Stoneware mug", "Café cup"}
        assert found("alder", attributes={"material": ("ceramics",)}) == ["Stoneware mug"]

    @pytest.mark.parametrize(
        "typed",
        [
            "':*&|!(",
            "mug' & 'x",
            "a:b:c",
            "((((",
            "mug | lamp",
            "!mug",
            "mug:*A",
            "\\",
            "'; DROP TABLE products_product; --",
            '"',
            '-"',
            '"unclosed phrase',
            "-",
            "--mug",
            "%_%",
            "<->",
            "🍵",
            "ﷺ ½ ² ™",
            "\u200b\u202e",
            " " * 200,
            "a " * 100,
            "x" * 200,
        ],
    )
    def test_no_character_breaks_a_search(self, typed):
        found(typed)

    def test_operators_are_words_like_any_other(self):
        assert found("mug & stoneware") == found("mug stoneware") == ["Stoneware mug"]
        assert found("mug' | 'lamp") == []


def test_all_documents_are_rewritten_in_batches(capsys):
    for number in range(5):
        make_product(f"Mug {number}")
    SearchDocument.objects.update(document="")
    SearchWord.objects.all().delete()
    assert found("mug") == []
    assert list(refresh_all(batch=2)) == [2, 4, 5]
    assert len(found("mug")) == len(found("mugg")) == 5
    call_command("refresh_listings")
    assert "5 products" in capsys.readouterr().out


def test_two_writers_of_the_same_new_words_do_not_fail():
    """The vocabulary is shared: the second insert of a word is no error."""
    first, second = make_product("Xylophone"), make_product("Xylophone")
    refresh([first.pk, second.pk])
    assert SearchWord.objects.filter(word="xylophone").count() == 1
