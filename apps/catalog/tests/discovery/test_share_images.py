"""The images that are shown with links to products."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageChops

from apps.catalog.discovery import share_images
from apps.catalog.products import rendering, renditions, share_drawing, typeface
from apps.catalog.products.models import Product
from apps.catalog.products.publication import record_change, set_status
from apps.catalog.products.services.products import ProductEdit, change_product
from apps.catalog.products.share_drawing import HEIGHT, WIDTH, ShareContent
from apps.catalog.tests.factories import add_variant, image_file, make_film, make_product

pytestmark = pytest.mark.django_db(transaction=True)
RED = (200, 80, 40)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))
    return image.convert("RGB")


def with_image(product: Product) -> Product:
    rendered = renditions.render(image_file(800, 800), slug=product.slug)
    with transaction.atomic():
        rendering.attach_image(product, rendered, alt="")
        record_change(product, previous_status=product.status)
    return product


def is_near(pixel: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 14 for a, b in zip(pixel, wanted, strict=True))


def content(title: str = "Mug", *, price: str = "€14.90", over: str = "", is_film: bool = False) -> ShareContent:
    return ShareContent(title=title, over=over, price=price, is_film=is_film, image=None)


class TestAddress:
    def test_goods_show_image_title_and_price(self, api_client, monkeypatch):
        with_image(make_product("Stoneware mug", slug="mug", price=1490, brand="Halde"))
        drawn = []
        monkeypatch.setattr(share_images, "draw", lambda found: drawn.append(found) or share_drawing.draw(found))
        response = api_client.get("/v1/products/mug/share-image")
        assert response["Content-Type"] == "image/jpeg"
        assert response["Cache-Control"] == "public, max-age=300"
        assert is_near(opened(response.content).getpixel((300, 300)), RED)
        assert (drawn[0].title, drawn[0].over, drawn[0].price) == ("Stoneware mug", "Halde", "€14.90")

    def test_texts_are_in_the_language_of_the_request(self, api_client, monkeypatch):
        mug = make_product("Mug", slug="mug", price=1490, translations={"de": {"title": "Becher"}})
        add_variant(mug, sku="LARGE", price=1990)
        drawn = []
        monkeypatch.setattr(share_images, "draw", lambda found: drawn.append(found) or b"JPEG")
        for headers in ({"Accept-Language": "de-AT"}, {"Accept-Language": "en"}):
            api_client.get("/v1/products/mug/share-image", headers=headers)
        assert [(found.title, found.price) for found in drawn] == [
            ("Becher", "ab 14,90\N{NO-BREAK SPACE}€"),
            ("Mug", "from €14.90"),
        ]

    def test_films_show_their_year_and_no_price(self, api_client, monkeypatch):
        make_film("Metropolis", slug="metropolis", year=1927)
        drawn = []
        monkeypatch.setattr(share_images, "draw", lambda found: drawn.append(found) or share_drawing.draw(found))
        opened(api_client.get("/v1/products/metropolis/share-image").content)
        assert (drawn[0].over, drawn[0].price, drawn[0].is_film) == ("1927", "", True)

    @pytest.mark.parametrize("accept", ["image/avif,image/webp,*/*;q=0.8", "image/jpeg", "text/html"])
    def test_clients_get_it_whatever_they_accept(self, api_client, accept):
        make_product("Mug", slug="mug")
        assert api_client.get("/v1/products/mug/share-image", HTTP_ACCEPT=accept).status_code == 200

    def test_image_is_drawn_once_until_the_product_changes(self, api_client, real_index, monkeypatch):
        make_product("Mug", slug="mug", price=1490)
        drawn = []
        monkeypatch.setattr(share_images, "draw", lambda found: drawn.append(found) or b"JPEG")
        for query in ("", "?x=1", "?x=2&width=9000", "?currency=USD"):
            assert api_client.get(f"/v1/products/mug/share-image{query}").status_code == 200
        assert len(drawn) == 1
        change_product("mug", ProductEdit(columns={"title": "Cup"}), versions=None)
        api_client.get("/v1/products/mug/share-image")
        assert [found.title for found in drawn] == ["Mug", "Cup"]

    def test_withdrawn_product_is_gone_and_an_unknown_one_not_found(self, api_client):
        mug = make_product("Mug", slug="mug")
        set_status(mug, Product.Status.ARCHIVED)
        assert api_client.get("/v1/products/mug/share-image").status_code == 410
        assert api_client.get("/v1/products/nothing/share-image").status_code == 404

    def test_renamed_product_redirects(self, api_client):
        make_product("Mug", slug="mug")
        change_product("mug", ProductEdit(columns={"slug": "cup"}), versions=None)
        response = api_client.get("/v1/products/mug/share-image?lang=de")
        assert (response.status_code, response.json()["slug"]) == (301, "cup")
        assert response["Location"].endswith("/v1/products/cup/share-image?lang=de")

    def test_missing_file_leaves_an_image_of_words(self, api_client):
        mug = with_image(make_product("Mug", slug="mug"))
        for rendition in mug.images.get().renditions:
            default_storage.delete(rendition["name"])
        assert is_near(opened(api_client.get("/v1/products/mug/share-image").content).getpixel((600, 620)), (255,) * 3)


class TestDrawing:
    @pytest.mark.parametrize("is_film", [True, False])
    @pytest.mark.parametrize(
        "title",
        [
            "مرحبا بالعالم",
            "🍿🎬",
            "",
            "A" * 300,
            "Donaudampfschifffahrtsgesellschaftskapitän " * 8,
            "<svg onload=alert(1)> & “quotes” \x00\u202e",
            "e\u0301 combining",
            "%(price)s {0} \\n",
        ],
    )
    def test_every_title_is_drawn(self, title, is_film):
        image = opened(share_drawing.draw(content(title, over=title, is_film=is_film)))
        # Nothing reaches the margins of an image without a picture.
        ground = image.getpixel((2, 2))
        edge = image.crop((WIDTH - 40, 0, WIDTH, HEIGHT))
        assert (
            ImageChops.difference(edge, Image.new("RGB", edge.size, ground))
            .convert("L")
            .point(lambda level: 255 if level > 24 else 0)
            .getbbox()
            is None
        )

    def test_markup_is_words(self):
        assert typeface.drawable("<b>Mug</b> &amp;") == "<b>Mug</b> &amp;"

    def test_letters_that_the_typeface_lacks_are_left_out(self):
        assert typeface.drawable("Große 🍿 Tasse\u202e مرحبا!") == "Große Tasse !"

    def test_long_titles_get_smaller_and_end_with_an_ellipsis(self):
        options = {"width": 500, "sizes": (60, 40), "weight": typeface.BOLD, "max_lines": 2}
        face, lines = typeface.fitted_lines("Short title", **options)
        assert (face.size, lines) == (60, ["Short title"])
        face, lines = typeface.fitted_lines("A title that is longer than two lines " * 3, **options)
        assert (face.size, len(lines)) == (40, 2)
        assert lines[-1].endswith("…")
        assert all(face.getlength(line) <= 500 for line in lines)

    def test_broken_image_leaves_words(self):
        broken = ShareContent(title="Mug", over="", price="", is_film=False, image=b"RIFF....WEBP")
        opened(share_drawing.draw(broken))
