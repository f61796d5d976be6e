from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from apps.catalog.products import images, services, tasks
from apps.catalog.products.models import ProductImage
from apps.catalog.tests.factories import make_product, picture
from apps.common.problems import ValidationProblem


def stored(rendered: images.Rendered) -> list[Image.Image]:
    return [Image.open(default_storage.open(rendition["name"])) for rendition in rendered.renditions]


@pytest.mark.parametrize(
    ("width", "widths"),
    [(2000, [320, 640, 960, 1280]), (1280, [320, 640, 960, 1280]), (700, [320, 640, 700]), (40, [40])],
)
def test_renditions_are_webp_and_never_wider_than_the_picture(width, widths):
    rendered = images.render(picture(width, width // 2), slug="mug")
    assert [(file.format, file.width) for file in stored(rendered)] == [("WEBP", width) for width in widths]
    assert all(abs(file.height - file.width / 2) <= 1 for file in stored(rendered))


def test_what_is_transparent_stays_so():
    [file] = stored(images.render(picture(100, 100, colour=(0, 0, 0, 0)), slug="mug"))
    assert file.convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100)).save(buffer, "JPEG", exif=exif)
    rendered = images.render(buffer.getvalue(), slug="mug")
    assert (rendered.width, rendered.height) == (100, 200)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:200], b"\x00" * 1000],
    ids=["empty", "header only", "svg", "cut off", "zeros"],
)
def test_what_cannot_be_read_is_refused(content):
    with pytest.raises(ValidationProblem):
        images.render(content, slug="mug")


def test_a_decompression_bomb_is_refused():
    with pytest.raises(ValidationProblem, match="50 million"):
        images.opened(picture(10_000, 6_000))


def test_a_file_beyond_all_measure_is_refused():
    with pytest.raises(ValidationProblem, match="20 MB"):
        images.opened(b"x" * (images.MAX_BYTES + 1))


@pytest.mark.django_db(transaction=True)
class TestUploads:
    def upload(self, content: bytes) -> ProductImage:
        return ProductImage.objects.create(product=make_product(), file=ContentFile(content, name="IMG 1.PNG"))

    def test_an_upload_is_rendered_and_the_page_changes(self):
        image = self.upload(picture(800, 400))
        version = image.product.version
        tasks.render_image(str(image.pk))
        image.refresh_from_db()
        image.product.refresh_from_db()
        assert [rendition["width"] for rendition in image.renditions] == [320, 640, 800]
        assert image.product.version == version + 1
        assert images.image_url(image, 320).endswith("-320.webp")

    def test_rendering_twice_does_it_once(self):
        image = self.upload(picture())
        tasks.render_image(str(image.pk))
        version = services.Product.objects.get(pk=image.product_id).version
        tasks.render_image(str(image.pk))
        assert services.Product.objects.get(pk=image.product_id).version == version

    def test_its_name_is_ours(self):
        assert self.upload(picture()).file.name.startswith("products/originals/")
        assert " " not in self.upload(picture()).file.name

    def test_what_no_task_came_for_is_rendered_later(self):
        image, broken = self.upload(picture()), self.upload(picture())
        with default_storage.open(broken.file.name, "wb") as file:
            file.write(b"no picture any more")
        assert tasks.render_missing_images() == 1
        image.refresh_from_db()
        broken.refresh_from_db()
        assert image.renditions
        assert not broken.renditions

    def test_an_image_that_is_gone_is_no_error(self):
        tasks.render_image("00000000-0000-7000-8000-000000000000")
