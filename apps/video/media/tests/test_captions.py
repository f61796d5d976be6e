"""Captions in each of the formats, whole and broken."""

from __future__ import annotations

import re

import pytest

from apps.video.media.captions import Cue, read_captions, write_segments, write_webvtt
from apps.video.media.languages import own_name, tag_of
from apps.video.media.reasons import MediaError

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\nHi <font color=red>there</font>\r\n\r\n"
    "2\r\n00:01:00,000 --> 00:01:10,000\r\n<i>Bye</i>\r\n"
)
ASS = (
    "[Script Info]\nTitle: x\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\b1}Hi{\\b0}\\Nthere\n"
)


def test_each_format_is_read():
    assert read_captions(SRT) == [Cue(1.0, 2.5, "Hi there"), Cue(60.0, 70.0, "<i>Bye</i>")]
    assert read_captions(ASS) == [Cue(1.0, 2.0, "Hi\nthere")]
    vtt = "\ufeffWEBVTT - some film\nX: y\n\nNOTE by me\n\nSTYLE\n::cue { }\n\nfirst\n"
    vtt += "00:01.000 --> 00:02.000 line:0 align:start\nHi\n"
    assert read_captions(vtt) == [Cue(1.0, 2.0, "Hi", "line:0 align:start")]


def test_written_captions_are_read_again():
    cues = read_captions(SRT)
    assert read_captions(write_webvtt(cues)) == cues


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Just words.", 1),
        ("WEBVTT\n\n00:00:02.000 --> 00:00:01.000\nBackwards\n", 3),
        ("WEBVTT\n\n00:00:01.000 -> 00:00:02.000\nHi\n", 3),
        ("WEBVTT\n\n1 --> 2\nHi\n", 3),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n\nlost words\n\n", 6),
        ("WEBVTT\n\n", 3),
        ("WEBVTT\n\n" + "9" * 400 + ":00:01.000 --> 00:00:02.000\nHi\n", 3),
        ("[Script Info]\n[Events]\nnothing", 1),
        ("", 1),
    ],
)
def test_line_that_cannot_be_read_is_named(text, line):
    with pytest.raises(MediaError) as refused:
        read_captions(text)
    assert (refused.value.code, refused.value.values["line"]) == ("captions", line)


def test_a_cue_cannot_begin_another_one():
    assert "-->" not in write_webvtt([Cue(1, 2, "a")]).partition("00:00:02.000")[2]
    [cue] = read_captions("WEBVTT\n\n00:01.000 --> 00:02.000\n1 --> 2 <script>alert(1)</script>\n")
    assert cue.text == "1 → 2 alert(1)"


def test_a_cue_stands_in_every_segment_that_it_touches(tmp_path):
    write_segments([Cue(59, 61, "over the edge"), Cue(100, 101, "later")], tmp_path, duration=130)
    playlist = (tmp_path / "media.m3u8").read_text()
    assert re.findall(r"#EXTINF:([\d.]+)", playlist) == ["60.000", "60.000", "10.000"]
    texts = [(tmp_path / f"{number:05}.vtt").read_text() for number in range(3)]
    assert ["over the edge" in text for text in texts] == [True, True, False]
    assert all("X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000" in text.split("\n\n")[0] for text in texts)
    assert (tmp_path / "all.vtt").read_text().count("-->") == 2


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("ger", "de"),
        ("deu", "de"),
        ("de", "de"),
        ("pt-BR", "pt-BR"),
        ("fil", "fil"),
        ("xyz!", "und"),
        ("zz", "und"),
        ("", "und"),
    ],
)
def test_languages_are_called_as_playlists_call_them(code, tag):
    assert tag_of(code) == tag


def test_languages_are_shown_in_their_own_words():
    assert (own_name("de"), own_name("pt-BR"), own_name("xx-strange")) == (
        "Deutsch",
        "Português (Brasil)",
        "xx-strange",
    )
