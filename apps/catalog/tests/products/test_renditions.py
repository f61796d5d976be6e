"""What is made of an image, and what is refused."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image, ImageCms

from apps.catalog.products import renditions
from apps.catalog.tests.factories import image_file
from apps.common.images import MAX_IMAGE_BYTES, decode_image
from apps.common.problems import ValidationProblem

FORMS = ["avif", "webp", "jpeg"]


def stored(rendered: renditions.RenderedImage, form: str = "webp") -> list[Image.Image]:
    names = [r["name"] for r in rendered.renditions if r["format"] == form]
    return [Image.open(default_storage.open(name)) for name in names]


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def png_of(width: int, height: int) -> bytes:
    """The head of an image that says it is this large; nothing follows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))


class TestRenditions:
    @pytest.mark.parametrize(
        ("width", "widths"),
        [(2000, [320, 640, 960, 1280]), (1280, [320, 640, 960, 1280]), (700, [320, 640, 700]), (40, [40]), (1, [1])],
    )
    def test_every_format_comes_in_widths_up_to_the_images_own(self, width, widths):
        rendered = renditions.render(image_file(width, width // 2 or 1), slug="mug")
        assert [(r["format"], r["width"]) for r in rendered.renditions] == [(f, w) for f in FORMS for w in widths]
        for form in FORMS:
            files = stored(rendered, form)
            assert [(file.format, file.width) for file in files] == [(form.upper(), width) for width in widths]
            assert all(abs(file.height - file.width / 2) <= 1 for file in files)

    def test_transparency_is_kept_and_becomes_white_where_a_format_has_none(self):
        rendered = renditions.render(image_file(100, 100, colour=(0, 0, 0, 0)), slug="mug")
        for form in ("avif", "webp"):
            [file] = stored(rendered, form)
            assert file.convert("RGBA").getpixel((5, 5))[3] == 0
        [file] = stored(rendered, "jpeg")
        assert min(file.convert("RGB").getpixel((5, 5))) >= 250

    def test_a_photo_taken_sideways_stands_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # orientation: turned by 90 degrees
        rendered = renditions.render(saved(Image.new("RGB", (6000, 3000)), "JPEG", exif=exif), slug="mug")
        assert (rendered.width, rendered.height) == (3000, 6000)
        assert [(file.width, file.height) for file in stored(rendered)][-1] == (1280, 2560)

    def test_metadata_of_the_place_and_the_author_is_removed(self):
        exif = Image.Exif()
        exif[0x013B] = "Secret Artist"
        exif.get_ifd(0x8825)[1] = "N"
        content = saved(
            Image.new("RGB", (400, 300)), "JPEG", exif=exif, comment=b"Secret Comment", xmp=b"<x>Secret</x>"
        )
        assert b"Secret" in content
        rendered = renditions.render(content, slug="mug")
        for rendition in rendered.renditions:
            with default_storage.open(rendition["name"]) as file:
                written = file.read()
            assert b"Secret" not in written
            assert not Image.open(io.BytesIO(written)).getexif()

    def test_two_renderings_share_no_file(self):
        names = [{r["name"] for r in renditions.render(image_file(40, 40), slug="mug").renditions} for _ in range(2)]
        assert not names[0] & names[1]

    def test_written_files_are_removed_when_the_storage_fails(self, monkeypatch, settings):
        save, written = FileSystemStorage.save, []

        def full(self, name, content, **options):
            if len(written) == 2:
                # As a disc that is full leaves it: a unit under the final name.
                save(self, name, io.BytesIO(b"a unit"))
                raise OSError(28, "No space left on device")
            written.append(name)
            return save(self, name, content, **options)

        monkeypatch.setattr(FileSystemStorage, "save", full)
        with pytest.raises(OSError, match="No space"):
            renditions.render(image_file(), slug="mug")
        assert len(written) == 2
        assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


class TestOddModes:
    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
    def test_every_mode_is_shown_in_its_colours(self, mode):
        form = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
        grey = Image.new("L", (60, 40), 255).convert(mode if mode != "P" else "RGB")
        if mode == "P":
            grey = grey.quantize(4)
        [file] = stored(renditions.render(saved(grey, form), slug="mug"))
        assert min(file.convert("RGB").getpixel((30, 20))) >= 250

    def test_16_bits_of_grey_keep_their_shades(self):
        content = saved(Image.new("I;16", (40, 40), 0x8000), "PNG")
        [file] = stored(renditions.render(content, slug="mug"))
        assert abs(file.convert("L").getpixel((5, 5)) - 128) <= 3

    def test_a_palette_with_a_transparent_colour_stays_transparent(self):
        palette = Image.new("P", (40, 40), 1)
        palette.putpalette([255, 0, 0, 0, 0, 255])
        [file] = stored(renditions.render(saved(palette, "GIF", transparency=1), slug="mug"))
        assert file.convert("RGBA").getpixel((5, 5))[3] == 0

    def test_colours_of_another_profile_become_those_of_screens(self):
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        content = saved(Image.new("RGB", (40, 40), (200, 80, 40)), "PNG", icc_profile=lab)
        for damaged in (content, saved(Image.new("RGB", (40, 40), (200, 80, 40)), "PNG", icc_profile=b"no profile")):
            [file] = stored(renditions.render(damaged, slug="mug"))
            assert "icc_profile" not in file.info
            assert max(abs(a - b) for a, b in zip(file.convert("RGB").getpixel((5, 5)), (200, 80, 40), strict=True)) < 8

    @pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
    def test_of_an_animation_only_the_first_frame_is_looked_at(self, form):
        frames = [Image.new("RGB", (200, 100), (level, 0, 0)) for level in range(0, 250, 2)]
        content = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=20)
        [file] = stored(renditions.render(content, slug="mug"))
        assert (file.width, getattr(file, "n_frames", 1)) == (200, 1)
        assert file.convert("RGB").getpixel((5, 5))[0] < 10


class TestRefusals:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"GIF89a",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            image_file()[:200],
            b"\x00" * 999,
            b"%PDF-1.7\n",
        ],
        ids=["empty", "header only", "svg", "cut off", "zeros", "pdf"],
    )
    def test_an_unreadable_file_is_refused(self, content):
        with pytest.raises(ValidationProblem, match="not an image"):
            renditions.render(content, slug="mug")

    @pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
    def test_an_image_that_is_cut_off_is_refused(self, form):
        content = saved(Image.radial_gradient("L").resize((500, 400)).convert("RGB"), form)
        with pytest.raises(ValidationProblem, match="not an image"):
            decode_image(content[: len(content) // 2])

    @pytest.mark.parametrize("form", ["TIFF", "BMP", "ICO", "PPM"])
    def test_other_formats_are_refused(self, form):
        with pytest.raises(ValidationProblem, match="not an image"):
            decode_image(saved(Image.new("RGB", (32, 32)), form))

    @pytest.mark.parametrize(
        ("width", "height", "sentence"),
        [
            (6_000, 5_000, "25 million"),
            (10_000, 9_000, "25 million"),
            (65_535, 65_535, "too many pixels"),
            (2**31 - 1, 2**31 - 1, "too many pixels"),
            (20_000, 1, "16383 on a side"),
            (0, 0, "not an image"),
        ],
    )
    def test_a_decompression_bomb_is_refused_by_its_head(self, width, height, sentence):
        with pytest.raises(ValidationProblem, match=sentence):
            decode_image(png_of(width, height))

    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    @pytest.mark.parametrize(("form", "limit"), [("JPEG", 50), ("WEBP", 16), ("GIF", 25), ("AVIF", 25)])
    def test_each_format_has_the_limit_that_its_decoder_needs(self, form, limit):
        fast = {"AVIF": {"speed": 10}, "WEBP": {"method": 0}}.get(form, {})
        content = saved(Image.new("L", (10_000, limit * 100 + 1)), form, **fast)
        with pytest.raises(ValidationProblem, match=f"{limit} million"):
            decode_image(content)

    def test_a_gif_whose_frame_is_larger_than_it_says_is_refused(self):
        content = bytearray(saved(Image.new("P", (10, 10)), "GIF"))
        descriptor = content.index(b"\x2c", 13)
        content[descriptor + 5 : descriptor + 9] = struct.pack("<HH", 60_000, 60_000)
        with pytest.raises(ValidationProblem):
            decode_image(bytes(content))

    def test_a_text_that_unpacks_to_gigabytes_is_refused(self):
        bomb = b"Comment\x00\x00" + zlib.compress(b"\x00" * 50_000_000)
        chunk = struct.pack(">I", len(bomb)) + b"zTXt" + bomb + struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
        content = image_file(40, 40)
        with pytest.raises(ValidationProblem):
            decode_image(content[:33] + chunk + content[33:])

    def test_a_file_beyond_all_measure_is_refused(self):
        with pytest.raises(ValidationProblem, match="20 MB"):
            decode_image(b"x" * (MAX_IMAGE_BYTES + 1))

    @pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
    def test_damaged_bytes_raise_nothing_but_a_problem(self, form):
        chance = random.Random(form)
        exif = Image.Exif()
        exif[0x0112] = 6
        extra = {} if form == "GIF" else {"exif": exif.tobytes()}
        whole = saved(Image.radial_gradient("L").resize((60, 40)).convert("RGB"), form, **extra)
        outcomes = set()
        for _ in range(150):
            content = bytearray(whole)
            for _ in range(chance.randrange(1, 12)):
                content[chance.randrange(len(content))] = chance.randrange(256)
            try:
                decode_image(bytes(content))
                outcomes.add("read")
            except ValidationProblem:
                outcomes.add("refused")
        assert "refused" in outcomes


class TestApiShape:
    RENDITIONS = [
        {"format": form, "width": width, "name": f"a-{width}.{form}"} for form in FORMS for width in (320, 640)
    ]

    def data(self, **changes):
        values = {"renditions": self.RENDITIONS, "alt": "A mug", "width": 700, "height": 350} | changes
        return renditions.image_data(**values)

    def test_sources_stand_best_first_and_srcset_is_webp(self, settings):
        data = self.data()
        assert [source["type"] for source in data["sources"]] == ["image/avif", "image/webp", "image/jpeg"]
        assert data["url"] == f"{settings.MEDIA_URL}a-640.webp"
        assert data["srcset"] == data["sources"][1]["srcset"]
        assert data["sources"][0]["srcset"][0] == {"url": f"{settings.MEDIA_URL}a-320.avif", "width": 320}

    def test_renditions_of_before_are_webp(self, settings):
        data = self.data(renditions=[{"width": 320, "name": "old-320.webp"}])
        assert data["sources"] == [
            {"type": "image/webp", "srcset": [{"url": f"{settings.MEDIA_URL}old-320.webp", "width": 320}]}
        ]

    def test_an_image_without_renditions_is_left_out(self):
        assert self.data(renditions=[]) is None

    @pytest.mark.parametrize(
        ("language", "alt"), [("de", "Eine Tasse"), ("en", "A mug"), ("", "A mug"), ("fr", "A mug")]
    )
    def test_the_alternative_text_is_translated(self, language, alt):
        assert self.data(translated={"de": {"alt": "Eine Tasse"}}, language=language)["alt"] == alt
