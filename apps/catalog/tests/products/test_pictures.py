"""Pictures of products in storage and database: whatever ends in between, nothing breaks and nothing stays."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction

from apps.catalog.history.retention import forget_old_history
from apps.catalog.products import rendering, renditions, tasks
from apps.catalog.products.models import Product, ProductImage
from apps.catalog.tests.factories import make_product, picture
from apps.common.testing.jobs import let_waits_end

pytestmark = pytest.mark.django_db(transaction=True)


def upload(content: bytes = b"", *, product: Product | None = None, name: str = "IMG 1.PNG", **fields: Any) -> Any:
    content = content or picture()
    return ProductImage.objects.create(
        product=product or make_product(), file=ContentFile(content, name=name), **fields
    )


def overwrite(image: ProductImage, content: bytes) -> None:
    with default_storage.open(image.file.name, "wb") as file:
        file.write(content)


def replace(image: ProductImage, content: bytes) -> None:
    """As the admin does when staff choose another file."""
    with transaction.atomic():
        image.file = ContentFile(content, name="new.png")
        image.save()
        rendering.expect_rendering(image)


def files(folder: Any) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


class TestUploads:
    def test_an_upload_is_rendered_and_the_page_changes(self, api_client):
        image = upload(picture(800, 400), alt="A mug")
        address = f"/v1/products/{image.product.slug}"
        with transaction.atomic():
            rendering.record_change(image.product, previous_status=image.product.status)
        assert api_client.get(address).json()["images"] == []
        version = Product.objects.get().version
        tasks.render_image(str(image.pk))
        image.refresh_from_db()
        assert Product.objects.get().version == version + 1
        assert {r["width"] for r in image.renditions} == {320, 640, 800}
        [shown] = api_client.get(address).json()["images"]
        assert [source["type"] for source in shown["sources"]] == ["image/avif", "image/webp", "image/jpeg"]
        assert (shown["alt"], shown["width"], shown["height"]) == ("A mug", 800, 400)
        assert renditions.image_url(image, 320).endswith("-320.webp")

    def test_rendering_twice_renders_once(self):
        image = upload()
        assert rendering.render_image(image.pk)
        version = Product.objects.get().version
        assert not rendering.render_image(image.pk)
        assert Product.objects.get().version == version

    @pytest.mark.parametrize(
        "name",
        ["../../etc/passwd.png", "IMG 1.PNG", "a" * 5000 + ".png", "x.php", "ünï\u202egnp.exe", "a\\b.png", ".png"],
    )
    def test_the_name_of_a_stored_file_is_generated(self, name):
        stored = upload(name=name).file.name
        assert stored.startswith("products/originals/")
        assert stored.isascii()
        assert " " not in stored
        assert ".." not in stored
        assert not stored.endswith((".php", ".exe"))

    def test_an_image_that_is_gone_is_no_error(self):
        tasks.render_image("00000000-0000-7000-8000-000000000000")


class TestFailures:
    def test_a_picture_that_cannot_be_rendered_says_why_and_is_not_tried_again(self, monkeypatch):
        image = upload()
        overwrite(image, b"no picture any more")
        assert tasks.render_missing_images() == 0
        image.refresh_from_db()
        assert "not a picture" in image.failure
        monkeypatch.setattr(renditions, "render", lambda *args, **kwargs: pytest.fail("tried again"))
        assert tasks.render_missing_images() == 0
        tasks.render_image(str(image.pk))

    def test_another_file_is_tried_again(self):
        image = upload()
        ProductImage.objects.update(failure="Broken.")
        replace(image, picture(40, 40))
        assert tasks.render_missing_images() == 1
        image.refresh_from_db()
        assert image.failure == ""

    def test_an_upload_that_is_gone_says_so(self):
        image = upload()
        default_storage.delete(image.file.name)
        assert not rendering.render_image(image.pk)
        assert ProductImage.objects.values_list("failure", flat=True)[0] == "The uploaded file is gone."

    def test_a_storage_that_is_away_is_asked_again_later(self, monkeypatch):
        broken, fine = upload(), upload()
        open_ = FileSystemStorage.open

        def flaky(self, name, mode="rb"):
            if name == broken.file.name:
                raise TimeoutError("the storage does not respond")
            return open_(self, name, mode)

        monkeypatch.setattr(FileSystemStorage, "open", flaky)
        assert tasks.render_missing_images() == 1
        with pytest.raises(TimeoutError):
            rendering.render_image(broken.pk)
        monkeypatch.undo()
        fine.refresh_from_db()
        assert fine.renditions
        let_waits_end()
        assert tasks.render_missing_images() == 1

    def test_a_picture_that_kills_its_renderer_is_given_up(self):
        image = upload()
        for _ in range(rendering.MAX_DEATHS):
            # What a process that was killed leaves behind.
            cache.add(f"rendering:{image.file.name}", 0)
            cache.incr(f"rendering:{image.file.name}")
        assert tasks.render_missing_images() == 0
        image.refresh_from_db()
        assert "ended the renderer 3 times" in image.failure

    def test_files_of_a_write_that_failed_do_not_stay(self, settings, monkeypatch):
        image = upload()
        before = files(settings.MEDIA_ROOT)

        def fail(*args: Any, **kwargs: Any) -> None:
            raise RuntimeError("the database went away")

        monkeypatch.setattr(rendering, "record_change", fail)
        with pytest.raises(RuntimeError):
            rendering.render_image(image.pk)
        assert files(settings.MEDIA_ROOT) == before
        image.refresh_from_db()
        assert image.renditions == []

    def test_a_picture_replaced_while_it_is_rendered_keeps_nothing_of_the_old_one(self, settings, monkeypatch):
        image = upload(picture(800, 400))
        render = renditions.render

        def slow(content: bytes, *, slug: str) -> renditions.RenderedPicture:
            rendered = render(content, slug=slug)
            monkeypatch.setattr(renditions, "render", render)
            replace(ProductImage.objects.get(), picture(40, 40))
            return rendered

        monkeypatch.setattr(renditions, "render", slow)
        assert not rendering.render_image(image.pk)
        assert not [name for name in files(settings.MEDIA_ROOT) if "originals" not in name]
        assert tasks.render_missing_images() == 1
        assert [r["width"] for r in ProductImage.objects.get().renditions] == [40, 40, 40]


class TestReplacing:
    def test_renditions_of_the_former_file_are_removed_after_the_commit(self):
        image = upload(picture(400, 400))
        rendering.render_image(image.pk)
        image.refresh_from_db()
        former = renditions.names_of(image.renditions)
        with transaction.atomic():
            rendering.expect_rendering(image)
            transaction.set_rollback(True)
        assert all(map(default_storage.exists, former))
        replace(image, picture(40, 40))
        assert not any(map(default_storage.exists, former))

    def test_an_imported_picture_takes_the_place_of_its_predecessor(self, settings):
        product = make_product()
        for width in (50, 40):
            rendered = renditions.render(picture(width, width), slug=product.slug)
            with transaction.atomic():
                rendering.attach_image(product, rendered, alt="A mug")
            forget_old_history(days=-1)
        image = ProductImage.objects.get()
        rendering.remove_files(files(settings.MEDIA_ROOT))
        assert files(settings.MEDIA_ROOT) == set(renditions.names_of(image.renditions))
        assert image.file.name in files(settings.MEDIA_ROOT)

    def test_a_file_that_another_picture_names_stays(self):
        image = upload(picture(40, 40))
        rendering.render_image(image.pk)
        image.refresh_from_db()
        names = renditions.names_of(image.renditions)
        assert rendering.remove_files([*names, "products/a/nobodys.webp", image.file.name]) == 1
        assert all(map(default_storage.exists, names))


class AzureLike(FileSystemStorage):
    """Lists as django-storages' Azure storage does: whole names, of what lies deeper too."""

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        root = os.path.join(self.location, path)
        found = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
        return [], [os.path.relpath(name, self.location) for name in found]


class TestOrphans:
    def age(self, name: str, *, days: float) -> None:
        moment = time.time() - timedelta(days=days).total_seconds()
        os.utime(default_storage.path(name), (moment, moment))

    @pytest.mark.parametrize("storage", ["django.core.files.storage.FileSystemStorage", f"{__name__}.AzureLike"])
    def test_only_old_files_that_no_row_names_are_removed(self, settings, storage):
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": storage}}
        kept = upload(picture(40, 40))
        rendering.render_image(kept.pk)
        kept.refresh_from_db()
        gone = upload(picture(40, 40))
        rendering.render_image(gone.pk)
        gone.refresh_from_db()
        gone_files = [gone.file.name, *renditions.names_of(gone.renditions)]
        gone.delete()
        forget_old_history(days=-1)
        default_storage.save("products/of-before-320.webp", ContentFile(b"x"))
        default_storage.save("products/f/new-320.webp", ContentFile(b"x"))
        default_storage.save("elsewhere/old.txt", ContentFile(b"x"))
        for name in files(settings.MEDIA_ROOT) - {"products/f/new-320.webp"}:
            self.age(name, days=1.1)
        assert tasks.remove_orphaned_files() == len(gone_files) + 1
        left = {kept.file.name, *renditions.names_of(kept.renditions), "products/f/new-320.webp", "elsewhere/old.txt"}
        assert files(settings.MEDIA_ROOT) == left

    def test_an_upload_that_the_history_names_stays_to_be_brought_back(self):
        image = upload(picture(40, 40))
        rendering.render_image(image.pk)
        image.refresh_from_db()
        upload_name, names = image.file.name, renditions.names_of(image.renditions)
        image.delete()
        assert rendering.remove_files([upload_name, *names]) == len(names)
        assert default_storage.exists(upload_name)
        forget_old_history(days=-1)
        assert rendering.remove_files([upload_name]) == 1

    def test_without_pictures_there_is_nothing_to_remove(self):
        assert tasks.remove_orphaned_files() == 0
