"""Images of reviews: added by the author, shown when the review is approved, removed with it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.products import rendering
from apps.catalog.products.models import Product
from apps.catalog.reviews import images, moderation, services
from apps.catalog.reviews.models import Review, ReviewImage
from apps.catalog.tests.backoffice.test_products_admin import signed_in
from apps.catalog.tests.factories import image_file, make_product
from apps.catalog.tests.reviews.helpers import approve, rating, review_of
from apps.common.problems import Conflict, PreconditionFailed
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)
COLOURS = ((200, 80, 40), (10, 20, 30), (40, 200, 80), (80, 40, 200), (1, 1, 1))


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", slug="mug")


@pytest.fixture
def review(mug: Product) -> Review:
    return review_of(mug, user_id=uuid.uuid4())


def picture(colour: Any = COLOURS[0]) -> bytes:
    return image_file(400, 300, colour=colour)


def upload(client: Any, content: bytes, name: str = "mug.png") -> Any:
    file = SimpleUploadedFile(name, content, "image/png")
    return client.post("/v1/products/mug/reviews/mine/images", {"file": file}, format="multipart")


def files() -> set[str]:
    rows = ReviewImage.objects.values_list("renditions", flat=True)
    return {rendition["name"] for renditions in rows for rendition in renditions}


class TestUpload:
    def test_image_waits_with_its_review_and_shows_once_that_is_approved(self, as_user, api_client, mug, review):
        response = upload(as_user(review.user_id), picture())
        assert response.status_code == 201, response.content
        assert response.json()["status"] == "pending"
        assert len(response.json()["images"]) == 1
        assert api_client.get("/v1/products/mug/reviews").json()["results"] == []
        assert rating(mug) == (0.0, 0)
        approve(review.pk)
        body = api_client.get("/v1/products/mug/reviews").json()
        assert_matches_contract("catalog", "GET", "/v1/products/mug/reviews", response_json=body)
        [image] = body["results"][0]["images"]
        assert (image["width"], image["height"], image["alt"]) == (400, 300, "")
        assert {source["type"] for source in image["sources"]} == {"image/avif", "image/webp", "image/jpeg"}

    def test_same_file_again_changes_nothing(self, as_user, review):
        client = as_user(review.user_id)
        upload(client, picture())
        approve(review.pk)
        response = upload(client, picture())
        assert (response.status_code, response.json()["status"]) == (200, "approved")
        assert ReviewImage.objects.count() == 1

    def test_fifth_image_is_refused_and_leaves_no_file(self, as_user, review):
        client = as_user(review.user_id)
        codes = [upload(client, picture(colour)).status_code for colour in COLOURS]
        assert codes == [201, 201, 201, 201, 409]
        assert ReviewImage.objects.count() == 4
        assert len(files()) == 4 * 6

    @pytest.mark.parametrize("content", [b"", b"no image", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
    def test_file_that_is_no_image_is_refused(self, as_user, review, content):
        response = upload(as_user(review.user_id), content)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["file"])
        review.refresh_from_db()
        assert review.status == "approved"

    def test_only_the_author_of_a_review_may_add_and_remove_images(self, as_user, api_client, review):
        upload(as_user(review.user_id), picture())
        image = ReviewImage.objects.get()
        assert upload(api_client, picture()).status_code == 401
        assert upload(as_user(uuid.uuid4()), picture()).json()["type"] == "/problems/not-reviewed"
        other = review_of(review.product, user_id=uuid.uuid4())
        address = f"/v1/products/mug/reviews/mine/images/{image.pk}"
        assert as_user(other.user_id).delete(address).status_code == 404
        assert ReviewImage.objects.count() == 1

    def test_uploads_at_once_never_make_more_than_four(self, review):
        def add(colour: Any) -> bool:
            try:
                return images.add_image("mug", picture(colour), user_id=review.user_id)[1]
            except Conflict:
                return False
            finally:
                connection.close()

        with ThreadPoolExecutor(5) as pool:
            added = list(pool.map(add, COLOURS))
        assert sum(added) == 4
        assert sorted(ReviewImage.objects.values_list("position", flat=True)) == [0, 1, 2, 3]


class TestRemoval:
    @pytest.fixture
    def pictured(self, review: Review) -> Review:
        images.add_image("mug", picture(), user_id=review.user_id)
        approve(review.pk)
        return review

    def test_removed_image_leaves_the_review_approved(self, as_user, api_client, pictured):
        image = ReviewImage.objects.get()
        address = f"/v1/products/mug/reviews/mine/images/{image.pk}"
        assert as_user(pictured.user_id).delete(address).status_code == 204
        assert as_user(pictured.user_id).delete(address).status_code == 404
        [shown] = api_client.get("/v1/products/mug/reviews").json()["results"]
        assert shown["images"] == []

    @pytest.mark.parametrize("how", ["deleted", "erased"])
    def test_images_go_with_the_review_and_with_the_account(self, pictured, how, monkeypatch):
        names = sorted(files())
        assert names
        assert all(default_storage.exists(name) for name in names)
        assert rendering._unused(names) == []
        removed: list[str] = []
        monkeypatch.setattr(rendering, "_remove_later", removed.extend)
        if how == "deleted":
            services.delete_review("mug", user_id=pictured.user_id)
        else:
            services.forget_user(pictured.user_id)
        assert not ReviewImage.objects.exists()
        assert sorted(removed) == rendering._unused(names) == names


class TestModeration:
    def test_decision_about_a_review_without_its_new_image_is_refused(self, review):
        seen = moderation.revision(review)
        images.add_image("mug", picture(), user_id=review.user_id)
        Review.objects.update(status="approved")
        with pytest.raises(PreconditionFailed):
            moderation.moderate(review.pk, "approved", by="eve@example.com", seen=seen)

    def test_moderator_sees_the_images(self, review):
        images.add_image("mug", picture(), user_id=review.user_id)
        page = signed_in("catalog_staff").get(f"/admin/reviews/review/{review.pk}/change/").content.decode()
        assert any(name in page for name in files())


class TestList:
    def test_list_can_be_of_reviews_with_images_alone(self, api_client, mug, review):
        review_of(mug, title="Without", stars=3)
        images.add_image("mug", picture(), user_id=review.user_id)
        approve(review.pk)
        for query, count in {"": 2, "?with_images=1": 1, "?with_images=1&rating=3": 0, "?with_images=0": 2}.items():
            assert len(api_client.get(f"/v1/products/mug/reviews{query}").json()["results"]) == count, query
        assert api_client.get("/v1/products/mug/reviews?with_images=x").status_code == 400

    def test_list_takes_as_many_queries_however_many_reviews_have_images(self, api_client, mug):
        row = {"width": 1, "height": 1, "position": 0, "renditions": [{"format": "webp", "width": 1, "name": "x"}]}
        counts = []
        for _ in range(2):
            for _ in range(5):
                ReviewImage.objects.create(review=review_of(mug), checksum="x", **row)
            with CaptureQueriesContext(connection) as captured:
                api_client.get("/v1/products/mug/reviews?limit=20")
            counts.append(len(captured))
        assert counts[0] == counts[1] > 0
