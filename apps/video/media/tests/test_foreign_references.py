"""Sources that name other files or hosts: ffmpeg must not open what they name.

The other file (the marker) is a red film. Each crafted source is first played by a bare ffmpeg, which shows that the
reference works; ours must refuse it, or show the source's own blue pictures, never red ones.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from apps.video.media import encoding, ffmpeg, renditions
from apps.video.media.ladder import VideoRung
from apps.video.media.probing import FORMATS, probe
from apps.video.media.reasons import MediaError
from apps.video.media.tests.sources import found_of

IMF_ID = "urn:uuid:00000000-0000-4000-8000-0000000000{:02x}".format
# What bare ffmpeg needs so that it follows an external track: such options exist, so a test must hold them off.
FOLLOW_TRACKS = ("-enable_drefs", "1", "-use_absolute_path", "1")
# Demuxers that open further inputs, by files or hosts that a source names, or run a program or a library on it.
OPENERS = {
    "avisynth", "concat", "dash", "dvdvideo", "hls", "image2", "imf", "lavfi", "libgme", "libopenmpt", "rtp", "rtsp",
    "sap", "sdp", "svg_pipe", "vapoursynth", "vobsub", "webm_dash_manifest",
}  # fmt: skip


def film(path: Path, color: str, *options: str) -> Path:
    picture = f"color={color}:s=320x240:r=24:d=2"
    command = [ffmpeg.executable(), "-y", "-loglevel", "error", "-f", "lavfi", "-i", picture, *options, str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The red films that sources name."""
    folder = tmp_path_factory.mktemp("marker")
    x264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    film(folder / "marker.mp4", "red", *x264)
    film(folder / "marker.ts", "red", *x264)
    film(folder / "marker.m4s", "red", *x264, "-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof")
    film(folder / "marker.mxf", "red", "-c:v", "mpeg2video")
    film(folder / "picture1.png", "red", "-frames:v", "1")
    return folder


def playlist(folder: Path) -> Path:
    path = folder / "film.m3u8"
    path.write_text(
        f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{folder}/marker.ts\n#EXT-X-ENDLIST\n"
    )
    return path


def concat_script(folder: Path) -> Path:
    path = folder / "concat.mp4"
    path.write_text("ffconcat version 1.0\nfile marker.mp4\n")
    return path


def dash_manifest(folder: Path) -> Path:
    path = folder / "dash.mp4"
    path.write_text(
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
        ' profiles="urn:mpeg:dash:profile:isoff-live:2011" mediaPresentationDuration="PT2S" minBufferTime="PT1S">'
        '<Period><AdaptationSet mimeType="video/mp4" contentType="video"><Representation id="0" bandwidth="9000"'
        ' width="320" height="240" codecs="avc1.42c00d"><BaseURL>marker.m4s</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    )
    return path


def interoperable_master(folder: Path) -> Path:
    """A composition playlist (SMPTE ST 2067-3); the asset map beside it names the red film."""
    (folder / "ASSETMAP.xml").write_text(
        '<?xml version="1.0"?>\n<AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"><AssetList><Asset>'
        f"<Id>{IMF_ID(9)}</Id><ChunkList><Chunk><Path>marker.mxf</Path></Chunk></ChunkList></Asset></AssetList></AssetMap>"
    )
    path = folder / "imf.xml"
    path.write_text(
        '<?xml version="1.0"?>\n<CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">'
        f"<Id>{IMF_ID(1)}</Id><ContentTitle>Film</ContentTitle><EditRate>24 1</EditRate><SegmentList><Segment>"
        f"<Id>{IMF_ID(2)}</Id><SequenceList><MainImageSequence><Id>{IMF_ID(3)}</Id><TrackId>{IMF_ID(4)}</TrackId>"
        f"<ResourceList><Resource><Id>{IMF_ID(5)}</Id><EditRate>24 1</EditRate>"
        f"<IntrinsicDuration>48</IntrinsicDuration><TrackFileId>{IMF_ID(9)}</TrackFileId></Resource></ResourceList></MainImageSequence></SequenceList></Segment>"
        "</SegmentList></CompositionPlaylist>"
    )
    return path


def name_that_is_a_pattern(folder: Path) -> Path:
    """Not the file's content but its name is a list of pictures."""
    path = folder / "picture%d.png"
    path.write_text("nothing")
    return path


def subtitle_index(folder: Path) -> Path:
    """VobSub: the index names a `.sub` beside it, an MPEG program stream."""
    film(folder / "subtitles.sub", "red", "-f", "mpeg")
    path = folder / "subtitles.idx"
    path.write_text(
        "# VobSub index file, v7\nsize: 320x240\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n"
    )
    return path


def session_description(folder: Path) -> Path:
    path = folder / "session.mp4"
    path.write_text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n"
    )
    return path


def script(folder: Path) -> Path:
    path = folder / "film.avs"
    path.write_text(f'AVISource("{folder}/marker.mp4")\n')
    return path


def vector_picture(folder: Path) -> Path:
    path = folder / "picture.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="320" height="240">'
        f'<image xlink:href="{folder}/picture1.png" width="320" height="240"/></svg>'
    )
    return path


def external_track(folder: Path) -> Path:
    """QuickTime whose data reference (`dref`) is an alias of the red film."""
    # Uncompressed, so that both files hold their frames at the same places.
    raw = ("-c:v", "rawvideo", "-vf", "scale=32:24,format=rgb24")
    own = film(folder / "own.mov", "blue", *raw)
    content = own.read_bytes()
    target = str(film(folder / "marker.mov", "red", *raw)).encode()
    target += b"\0" * (len(target) % 2)
    alias = bytes(10) + bytes(1 + 27 + 12 + 1 + 63 + 16) + struct.pack(">HH", 1, 1) + bytes(16)
    alias += struct.pack(">HH", 2, len(target)) + target + struct.pack(">HH", 0xFFFF, 0)
    entry = struct.pack(">I", 12 + len(alias)) + b"alis" + bytes(4) + alias
    data_reference = content.index(b"dref") - 4
    for place in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        at = content.rindex(place, 0, data_reference + 8) - 4
        [size] = struct.unpack(">I", content[at : at + 4])
        content = content[:at] + struct.pack(">I", size + len(entry) - 12) + content[at + 4 :]
    at = data_reference + 16
    assert content[at + 4 : at + 8] in (b"url ", b"alis")
    own.write_bytes(content[:at] + entry + content[at + 12 :])
    return own


REFERENCES = {
    "hls": playlist,
    "concat": concat_script,
    "dash": dash_manifest,
    "imf": interoperable_master,
    "image2": name_that_is_a_pattern,
    "mov": external_track,
}
UNPLAYABLE = {"vobsub": subtitle_index, "sdp": session_description, "avisynth": script, "svg_pipe": vector_picture}


def is_red(picture: Path) -> bool:
    red, green, blue = Image.open(picture).convert("RGB").resize((1, 1)).getpixel((0, 0))
    return red > 200 and green < 60 and blue < 60


@pytest.mark.parametrize("kind", REFERENCES)
def test_a_bare_ffmpeg_would_open_what_the_source_names(folder, tmp_path, kind):
    if kind not in all_demuxers():
        pytest.skip("This ffmpeg is built without it, so there is nothing to hold off.")
    options = FOLLOW_TRACKS if kind == "mov" else ()
    target = tmp_path / "picture.png"
    command = [
        ffmpeg.executable(),
        "-nostdin",
        *options,
        "-i",
        str(REFERENCES[kind](folder)),
        "-frames:v",
        "1",
        str(target),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert target.is_file(), run.stderr
    assert is_red(target)


@pytest.mark.parametrize("name", ["as it is", "film.mp4", "film.mkv", "film"])
@pytest.mark.parametrize("kind", REFERENCES | UNPLAYABLE)
def test_a_source_that_names_another_file_is_refused_with_the_reason(folder, kind, name):
    source = (REFERENCES | UNPLAYABLE)[kind](folder)
    if name != "as it is":
        # What it is called makes no difference, nor that the other file lies beside it.
        source = source.rename(folder / name)
    with pytest.raises(MediaError, match=r"no video in a format that is accepted|are in another file"):
        probe(source)


@pytest.mark.parametrize("kind", REFERENCES | UNPLAYABLE)
def test_referenced_file_reaches_no_output(folder, tmp_path, kind):
    source = (REFERENCES | UNPLAYABLE)[kind](folder)
    (tmp_path / "v240").mkdir()
    with suppress(MediaError):
        encoding.encode_pictures(source, tmp_path, found_of(320, 240), [VideoRung("v240", "h264", 320, 240, 500)])
    if (tmp_path / "v240" / "media.m3u8").is_file():
        # ffmpeg found nothing and wrote it down: no check lets that pass.
        with pytest.raises(MediaError):
            renditions.check("v240", renditions.measure(tmp_path / "v240"), duration=2)


def test_a_film_that_names_a_linked_segment_shows_its_own_pictures(folder, tmp_path):
    own = film(tmp_path / "own.mkv", "blue", "-c:v", "libx264", "-preset", "ultrafast", "-write_crc32", "0")
    # The muxer's name (element 4D80) becomes the next segment's file (element 3E83BB), of the same length.
    content = own.read_bytes()
    at = content.index(b"\x4d\x80")
    size = content[at + 2] & 0x7F
    name = b"m" * (size - 5) + b".mkv"
    film(tmp_path / name.decode(), "red", "-c:v", "libx264", "-preset", "ultrafast")
    own.write_bytes(content[:at] + b"\x3e\x83\xbb" + bytes([0x80 | (size - 1)]) + name + content[at + 3 + size :])
    found = probe(own)
    assert found.duration == pytest.approx(2, abs=0.1)
    (tmp_path / "v240").mkdir()
    encoding.encode_pictures(own, tmp_path, found, [VideoRung("v240", "h264", 320, 240, 500)])
    [still] = encoding.draw_stills(tmp_path / "v240", tmp_path, duration=2, count=1)
    assert not is_red(still)


def all_demuxers() -> list[str]:
    listing = subprocess.run([ffmpeg.executable(), "-hide_banner", "-demuxers"], capture_output=True, text=True)
    names = re.findall(r"^ D[E ]?[d ]? +(\S+)", listing.stdout.partition("---")[2], re.MULTILINE)
    return [name.split(",")[0] for name in names]


def test_every_demuxer_of_this_ffmpeg_that_is_not_on_the_list_is_refused_even_when_it_is_forced(folder):
    demuxers = all_demuxers()
    assert set(FORMATS) < set(demuxers)
    assert set(FORMATS) & OPENERS == set()
    assert {"hls", "dash", "concat", "image2", "sdp"} <= set(demuxers)

    def refusal(demuxer: str) -> str:
        descriptor = os.open(folder / "marker.mp4", os.O_RDONLY)
        try:
            command = [
                ffmpeg.executable(),
                "-hide_banner",
                "-nostdin",
                "-f",
                demuxer,
                *ffmpeg.input_options(descriptor),
            ]
            run = subprocess.run([*command, "-f", "null", "-"], pass_fds=[descriptor], capture_output=True, check=False)
        finally:
            os.close(descriptor)
        return run.stderr.decode(errors="replace")

    refused = sorted(set(demuxers) - set(FORMATS))
    with ThreadPoolExecutor(4) as pool:
        reports = dict(zip(refused, pool.map(refusal, refused), strict=True))
    assert [name for name, report in reports.items() if "not on whitelist" not in report] == []


@pytest.mark.parametrize("kind", ["hls", "concat", "dash", "imf"])
def test_even_a_format_that_names_files_may_open_none(folder, kind):
    """The second lock: were such a format allowed, its files still could not be opened."""
    with REFERENCES[kind](folder).open("rb") as source:
        options = ffmpeg.input_options(source.fileno())
        options[options.index("-format_whitelist") + 1] = f"{kind},mov,mpegts,mxf"
        command = [ffmpeg.executable(), "-hide_banner", "-nostdin", "-f", kind, *options, "-f", "null", "-"]
        run = subprocess.run(command, pass_fds=[source.fileno()], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "Video:" not in run.stderr
