"""`import_products`: a whole catalogue from a file, any number of times."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from apps.catalog.inventory.models import StockItem, StockMovement
from apps.catalog.inventory.quotes import quote
from apps.catalog.products import publication, renditions
from apps.catalog.products.models import Price, Product, ProductImage
from apps.catalog.products.services.images import add_image
from apps.catalog.reviews.models import Review
from apps.catalog.tests.factories import image_file
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)

CATALOGUE = {
    "categories": [{"path": "home/kitchen", "name": "Kitchen & table", "description": "For cooks."}],
    "products": [
        {
            "slug": "stoneware-mug",
            "title": "Stoneware mug",
            "kind": "goods",
            "brand": "Alder",
            "category": "home/kitchen",
            "summary": "Holds tea.",
            "description": "Thrown by hand.",
            "image": "mug.png",
            "image_alt": "A blue mug",
            "attributes": {"Material": "Stoneware", "Colours": ["Blue", "Grey"]},
            "featured": True,
            "variants": [
                {
                    "sku": "MUG-B",
                    "name": "Blue",
                    "options": {"Colour": "Blue"},
                    "stock": 12,
                    "weight_grams": 350,
                    "price": {"amount": 1490, "currency": "EUR"},
                },
                {"sku": "MUG-G", "name": "Grey", "stock": 3, "price": {"amount": 1690, "currency": "EUR"}},
            ],
        },
        {
            "slug": "metropolis",
            "title": "Metropolis",
            "kind": "video",
            "category": "films",
            "year": 1927,
            "title_slug": "metropolis",
            "variants": [
                {"sku": "MET-BUY", "offer": "buy", "stock": None, "price": {"amount": 999, "currency": "EUR"}},
                {"sku": "MET-RENT", "offer": "rent", "rental_hours": 48, "price": {"amount": 399, "currency": "EUR"}},
            ],
        },
    ],
    "reviews": [
        {
            "product": "metropolis",
            "rating": 5,
            "title": "Vast",
            "body": "",
            "author_name": "Grace",
            "created_at": "2026-01-02T03:04:05Z",
        },
        {
            "product": "metropolis",
            "rating": 4,
            "title": "Long",
            "body": "",
            "author_name": "Ada",
            "created_at": "2026-01-03",
        },
    ],
}


@pytest.fixture
def run(tmp_path: Path, capsys):
    """Import `data`; returns what was printed."""
    (tmp_path / "mug.png").write_bytes(image_file(1000, 500))

    def command(data: dict) -> str:
        (tmp_path / "catalogue.json").write_text(json.dumps(data))
        call_command("import_products", str(tmp_path / "catalogue.json"), images=tmp_path)
        return capsys.readouterr().out

    return command


def changed(**product) -> dict:
    data = copy.deepcopy(CATALOGUE)
    data["products"][0] |= product
    return data


def test_products_of_the_file_are_on_sale(run, api_client):
    assert "progress 2/2 Metropolis" in run(CATALOGUE)
    mug = api_client.get("/v1/products/stoneware-mug").json()
    assert (mug["category"]["name"], mug["brand"], mug["price"]["amount"]) == ("Kitchen & table", "Alder", 1490)
    assert mug["attributes"][1] == {
        "name": "colours",
        "label": "Colours",
        "value": "Blue, Grey",
        "kind": "text",
        "unit": "",
    }
    assert [(v["sku"], v["available"]) for v in mug["variants"]] == [("MUG-B", 12), ("MUG-G", 3)]
    assert mug["image"]["alt"] == "A blue mug"
    assert (mug["image"]["width"], mug["image"]["height"]) == (1000, 500)
    assert [source["width"] for source in mug["image"]["srcset"]] == [320, 640, 960, 1000]
    film = api_client.get("/v1/products/metropolis").json()
    assert [(v["offer"], v["rental_hours"]) for v in film["variants"]] == [("buy", None), ("rent", 48)]
    assert film["rating"] == {"average": 4.5, "count": 2, "histogram": [0, 0, 0, 1, 1]}


def test_the_same_file_again_changes_nothing(run):
    run(CATALOGUE)
    before = list(Product.objects.order_by("slug").values("slug", "version", "updated_at"))
    events, movements = OutboxEvent.objects.count(), StockMovement.objects.count()
    assert "0 products" in run(CATALOGUE)
    assert list(Product.objects.order_by("slug").values("slug", "version", "updated_at")) == before
    assert (OutboxEvent.objects.count(), StockMovement.objects.count()) == (events, movements)
    assert (Review.objects.count(), ProductImage.objects.count()) == (2, 1)


def test_changes_by_staff_stay_when_the_file_is_the_same(run):
    run(CATALOGUE)
    mug = Product.objects.get(slug="stoneware-mug")
    publication.set_status(mug, Product.Status.ARCHIVED)
    Price.objects.filter(variant__sku="MET-BUY").update(amount=1)
    run(CATALOGUE)
    mug.refresh_from_db()
    assert mug.status == "archived"
    assert Price.objects.get(variant__sku="MET-BUY").amount == 1


def test_a_changed_entry_is_written_and_announced_and_leaves_the_stock(run):
    run(CATALOGUE)
    StockItem.objects.filter(variant__sku="MUG-B").update(on_hand=5)
    OutboxEvent.objects.all().delete()
    assert "1 products" in run(changed(title="Clay mug", attributes={"Material": "Clay"}))
    mug = Product.objects.get(slug="stoneware-mug")
    assert (mug.title, [a.text for a in mug.attribute_values.all()]) == ("Clay mug", ["Clay"])
    assert StockItem.objects.get(variant__sku="MUG-B").on_hand == 5
    assert [(e.type, e.data["slug"]) for e in OutboxEvent.objects.all()] == [
        ("streamcart.product.changed.v1", "stoneware-mug")
    ]


def test_a_new_image_replaces_the_old_one_under_a_new_address(run, tmp_path):
    run(CATALOGUE)
    before = ProductImage.objects.get().renditions[0]["name"]
    (tmp_path / "mug.png").write_bytes(image_file(300, 300, colour=(1, 2, 3)))
    run(CATALOGUE)
    after = ProductImage.objects.get()
    assert after.renditions[0]["name"] != before
    assert [(r["width"], default_storage.exists(r["name"])) for r in after.renditions] == [(300, True)] * 3


def test_an_unchanged_image_is_not_rendered_again_but_gets_its_new_text(run, monkeypatch):
    run(CATALOGUE)
    monkeypatch.setattr(renditions, "render", lambda *args, **kwargs: pytest.fail("rendered again"))
    run(changed(image_alt="A mug of blue clay"))
    image = ProductImage.objects.get()
    assert (image.alt, len(image.renditions)) == ("A mug of blue clay", 12)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (changed(image="missing.png"), "missing.png"),
        (changed(variants=[{"sku": "MUG-B"}]), "Product stoneware-mug: KeyError('price')"),
        (changed(kind="book"), "Product stoneware-mug"),
        (changed(variants=[{"sku": "MET-BUY", "price": {"amount": 1, "currency": "EUR"}}] * 2), None),
        (changed(variants=[{"sku": "A", "price": {"amount": "1", "currency": "EUR"}}]), "Product stoneware-mug"),
        (CATALOGUE | {"reviews": [{"product": "nothing"}]}, "Review of nothing"),
        (CATALOGUE | {"categories": [{"name": "No path"}]}, "Category ?"),
        (CATALOGUE | {"categories": [{"path": "home//x", "name": "X"}]}, "Category home//x: 'home//x' is not"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_entry(run, data, sentence):
    if sentence is None:
        run(CATALOGUE)
        sentence = "the SKU MET-BUY belongs to another product"
    with pytest.raises(CommandError) as failure:
        run(data)
    assert sentence in str(failure.value)


def test_a_file_that_is_no_image_is_named(run, tmp_path):
    (tmp_path / "mug.png").write_text("<svg/>")
    with pytest.raises(CommandError, match="stoneware-mug: This is not an image"):
        run(CATALOGUE)


def test_invalid_json_is_reported_in_a_single_sentence(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(CommandError, match=r"broken\.json cannot be imported"):
        call_command("import_products", str(tmp_path / "broken.json"), images=tmp_path)


class TestFurtherImages:
    """Images beyond the first one, and those of variants."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for number, name in enumerate(("mug", "detail", "grey", "other")):
            (tmp_path / f"{name}.png").write_bytes(image_file(64 + number, 64, colour=(40 * number, 90, 120)))
        return tmp_path

    @staticmethod
    def load(folder: Path, **fields: object) -> Product:
        data = copy.deepcopy(CATALOGUE)
        data |= {"products": [data["products"][0] | fields], "reviews": []}
        (folder / "catalogue.json").write_text(json.dumps(data))
        call_command("import_products", folder / "catalogue.json", "--images", folder)
        return Product.objects.get(slug="stoneware-mug")

    @staticmethod
    def widths(product: Product) -> list[int]:
        return [image.width for image in product.images.order_by("position", "id")]

    def with_images(self, folder: Path, *names: str) -> Product:
        variants = copy.deepcopy(CATALOGUE["products"][0]["variants"])
        if "grey" in names:
            variants[1]["image"] = "grey.png"
        described = [
            {"file": f"{name}.png", "alt": name.title(), "translations": {"de": {"alt": f"{name} de"}}}
            for name in names
        ]
        return self.load(folder, images=described, variants=variants)

    def test_further_images_stand_behind_the_first_in_their_order(self, folder):
        mug = self.with_images(folder, "detail", "grey")
        assert self.widths(mug) == [64, 65, 66]
        assert mug.images.get(width=65).alt == "Detail"
        assert mug.images.get(width=65).translations == {"de": {"alt": "detail de"}}

    def test_variant_shows_its_image(self, api_client, folder):
        mug = self.with_images(folder, "detail", "grey")
        shown = {line["sku"]: line["image"] for line in api_client.get(f"/v1/products/{mug.slug}").json()["variants"]}
        assert shown["MUG-B"] is None
        assert shown["MUG-G"]["alt"] == "Grey"

    def test_same_file_again_renders_nothing(self, folder, monkeypatch):
        mug = self.with_images(folder, "detail", "grey")
        before = set(mug.images.values_list("pk", flat=True))
        rendered = []
        monkeypatch.setattr(renditions, "render", lambda *args, **kwargs: rendered.append(args))
        self.with_images(folder, "grey", "detail")
        assert rendered == []
        assert set(mug.images.values_list("pk", flat=True)) == before
        assert self.widths(mug) == [64, 66, 65]

    def test_image_that_the_file_does_not_name_any_more_goes_away_and_an_upload_stays(self, folder):
        mug = self.with_images(folder, "detail", "grey")
        upload, _ = add_image(mug.slug, image_file(70, 70), filename="own.png")
        self.with_images(folder, "other")
        assert sorted(self.widths(mug)) == [64, 67, 70]
        assert mug.images.filter(pk=upload.pk).exists()

    def test_variant_with_an_image_that_is_not_listed_is_refused(self, folder):
        variants = [line | {"image": "other.png"} for line in CATALOGUE["products"][0]["variants"]]
        with pytest.raises(CommandError, match=r"other\.png of MUG-B is not among the images"):
            self.load(folder, images=[], variants=variants)

    def test_cart_shows_the_image_of_the_variant(self, folder):
        self.with_images(folder, "detail", "grey")
        blue, grey = quote([("MUG-B", 1), ("MUG-G", 1)], "EUR")
        assert blue.image_url.endswith("-64.webp")
        assert grey.image_url.endswith("-66.webp")
