"""Playlists and manifests from measured renditions: HLS (RFC 8216bis, Apple's authoring specification) and DASH."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from apps.video.media.captions import clock
from apps.video.media.languages import own_name
from apps.video.media.renditions import Rendition

RANGES = {"sdr": "SDR", "pq": "PQ", "hlg": "HLG"}
# Pictures of at most this short side go with the smaller sound; surround goes with pictures of at least the other.
SMALL_SIDE, SURROUND_SIDE = 360, 720
DESCRIBES = "public.accessibility.describes-video"
TRANSCRIBES = "public.accessibility.transcribes-spoken-dialog"


@dataclass(frozen=True, slots=True)
class Sound:
    """One rendition of sound: `folder` where it lies, `group` what it is interchangeable with."""

    folder: str
    group: str
    language: str
    label: str
    purpose: str
    is_default: bool
    measured: Rendition


@dataclass(frozen=True, slots=True)
class Caption:
    folder: str
    language: str
    label: str
    for_deaf: bool = False
    is_forced: bool = False


def master_playlist(
    pictures: Mapping[str, Rendition],
    sounds: Sequence[Sound],
    captions: Sequence[Caption],
    *,
    with_key_frames: bool = True,
) -> str:
    """The HLS master playlist; `pictures` by the folder where each lies. Addresses are relative to it."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    names = _distinct(sounds)
    for sound, name in zip(sounds, names, strict=True):
        lines.append(_sound_line(sound, name))
    lines += [_caption_line(caption) for caption in captions]
    by_group: dict[str, list[Sound]] = {}
    for sound in sounds:
        by_group.setdefault(sound.group, []).append(sound)
    for folder, picture in sorted(pictures.items(), key=lambda row: row[1].peak):
        for group in _groups_for(picture, by_group) or [""]:
            lines += _variant(folder, picture, group, by_group.get(group, []), bool(captions))
    if with_key_frames:
        for folder, picture in sorted(pictures.items(), key=lambda row: row[1].peak):
            lines.append(_key_frames_line(folder, picture))
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """A quoted string has neither quotes nor line breaks."""
    return '"' + value.replace('"', "'").replace("\r", " ").replace("\n", " ") + '"'


def _distinct(sounds: Sequence[Sound]) -> list[str]:
    """What viewers choose by: the language, and what sets two tracks of it apart."""
    names, taken = [], set()
    for sound in sounds:
        base = own_name(sound.language) if sound.language != "und" else (sound.label or "—")
        if sound.label and sound.label.casefold() != base.casefold() and (sound.purpose != "main"):
            base = f"{base} ({sound.label})"
        name, number = base, 2
        while (sound.group, name) in taken:
            name, number = f"{base} {number}", number + 1
        taken.add((sound.group, name))
        names.append(name)
    return names


def _sound_line(sound: Sound, name: str) -> str:
    attributes = [
        "TYPE=AUDIO",
        f"GROUP-ID={_quoted(sound.group)}",
        f"NAME={_quoted(name)}",
        *([f"LANGUAGE={_quoted(sound.language)}"] if sound.language != "und" else []),
        f"DEFAULT={'YES' if sound.is_default else 'NO'}",
        f"AUTOSELECT={'NO' if sound.purpose == 'commentary' else 'YES'}",
        *([f"CHARACTERISTICS={_quoted(DESCRIBES)}"] if sound.purpose == "description" else []),
        f"CHANNELS={_quoted(str(sound.measured.channels))}",
        f"URI={_quoted(sound.folder + '/media.m3u8')}",
    ]
    return "#EXT-X-MEDIA:" + ",".join(attributes)


def _caption_line(caption: Caption) -> str:
    attributes = [
        "TYPE=SUBTITLES",
        'GROUP-ID="captions"',
        f"NAME={_quoted(caption.label)}",
        f"LANGUAGE={_quoted(caption.language)}",
        "DEFAULT=NO,AUTOSELECT=YES",
        f"FORCED={'YES' if caption.is_forced else 'NO'}",
        *([f"CHARACTERISTICS={_quoted(TRANSCRIBES)}"] if caption.for_deaf else []),
        f"URI={_quoted(caption.folder + '/media.m3u8')}",
    ]
    return "#EXT-X-MEDIA:" + ",".join(attributes)


def _groups_for(picture: Rendition, by_group: Mapping[str, Sequence[Sound]]) -> list[str]:
    side = min(picture.width, picture.height)
    stereo = [group for group in ("stereo64", "stereo128") if group in by_group]
    chosen = stereo[:1] if side <= SMALL_SIDE else stereo[-1:]
    if side >= SURROUND_SIDE and "surround" in by_group:
        chosen.append("surround")
    return chosen


def _variant(folder: str, picture: Rendition, group: str, sounds: Sequence[Sound], has_captions: bool) -> list[str]:
    codecs = [picture.codecs, *sorted({sound.measured.codecs for sound in sounds})]
    attributes = [
        f"BANDWIDTH={picture.peak + max((sound.measured.peak for sound in sounds), default=0)}",
        f"AVERAGE-BANDWIDTH={picture.average + max((sound.measured.average for sound in sounds), default=0)}",
        f"CODECS={_quoted(','.join(codecs))}",
        f"RESOLUTION={picture.width}x{picture.height}",
        f"FRAME-RATE={picture.rate[0] / picture.rate[1]:.3f}",
        f"VIDEO-RANGE={RANGES[picture.transfer]}",
        *([f"AUDIO={_quoted(group)}"] if group else []),
        *(['SUBTITLES="captions"'] if has_captions else []),
        "CLOSED-CAPTIONS=NONE",
    ]
    return ["#EXT-X-STREAM-INF:" + ",".join(attributes), f"{folder}/media.m3u8"]


def _key_frames_line(folder: str, picture: Rendition) -> str:
    rates = [s["key_end"] * 8 / s["length"] for s in picture.segments]
    total = sum(s["key_end"] for s in picture.segments) * 8 / picture.duration
    attributes = [
        f"BANDWIDTH={round(max(rates))}",
        f"AVERAGE-BANDWIDTH={round(total)}",
        f"CODECS={_quoted(picture.codecs)}",
        f"RESOLUTION={picture.width}x{picture.height}",
        f"VIDEO-RANGE={RANGES[picture.transfer]}",
        f"URI={_quoted(folder + '/key_frames.m3u8')}",
    ]
    return "#EXT-X-I-FRAME-STREAM-INF:" + ",".join(attributes)


def key_frames_playlist(picture: Rendition) -> str:
    """The key frame of each segment as a range of its bytes, for scrubbing."""
    longest = max(segment["length"] for segment in picture.segments)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{round(longest + 0.5)}"]
    lines += ["#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-I-FRAMES-ONLY", '#EXT-X-MAP:URI="init.mp4"']
    for segment in picture.segments:
        lines += [f"#EXTINF:{segment['length']:.6f},", f"#EXT-X-BYTERANGE:{segment['key_end']}@0", segment["name"]]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def dash_manifest(
    pictures: Mapping[str, Rendition], sounds: Sequence[Sound], captions: Sequence[Caption], *, duration: float
) -> str:
    """The MPEG-DASH manifest (ISO/IEC 23009-1) of the same segments."""
    sets = []
    for codec in dict.fromkeys(picture.codecs.partition(".")[0] for picture in pictures.values()):
        rows = [
            _representation(folder, row, f' width="{row.width}" height="{row.height}"')
            for folder, row in pictures.items()
            if row.codecs.startswith(codec)
        ]
        sets.append(_set('contentType="video" mimeType="video/mp4" segmentAlignment="true"', rows))
    tracks: dict[tuple[str, str, str, int], list[Sound]] = {}
    for sound in sounds:
        tracks.setdefault((sound.language, sound.purpose, sound.label, sound.measured.channels), []).append(sound)
    for (language, purpose, _label, _channels), same in tracks.items():
        role = {"description": "description", "commentary": "commentary"}.get(purpose)
        role = role or ("main" if same[0].is_default else "alternate")
        inner = [f'<Role schemeIdUri="urn:mpeg:dash:role:2011" value="{role}"/>']
        inner += [_representation(row.folder, row.measured, ' audioSamplingRate="48000"') for row in same]
        sets.append(_set(f'contentType="audio" mimeType="audio/mp4" lang={quoteattr(language)}', inner))
    for caption in captions:
        inner = [
            '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="caption"/>',
            f'<Representation id={quoteattr(caption.folder)} bandwidth="256">'
            f"<BaseURL>{caption.folder}/all.vtt</BaseURL></Representation>",
        ]
        sets.append(_set(f'contentType="text" mimeType="text/vtt" lang={quoteattr(caption.language)}', inner))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" '
        f'mediaPresentationDuration="PT{duration:.3f}S" minBufferTime="PT4S">\n<Period>\n'
        + "\n".join(sets)
        + "\n</Period>\n</MPD>\n"
    )


def _set(attributes: str, inner: Sequence[str]) -> str:
    return f"<AdaptationSet {attributes}>" + "".join(inner) + "</AdaptationSet>"


def _representation(folder: str, row: Rendition, more: str) -> str:
    lengths = [
        later["ticks"] - earlier["ticks"] for earlier, later in zip(row.segments, row.segments[1:], strict=False)
    ]
    lengths.append(round(row.segments[-1]["samples_length"] * row.timescale))
    times = "".join(
        f'<S t="{segment["ticks"]}" d="{length}"/>' for segment, length in zip(row.segments, lengths, strict=True)
    )
    return (
        f'<Representation id={quoteattr(folder)} codecs={quoteattr(row.codecs)} bandwidth="{row.average}"{more}>'
        f'<SegmentTemplate timescale="{row.timescale}" startNumber="0" initialization="{folder}/init.mp4" '
        f'media="{folder}/$Number%05d$.m4s"><SegmentTimeline>{times}</SegmentTimeline></SegmentTemplate></Representation>'
    )


def storyboard_index(*, columns: int, width: int, height: int, every: float, duration: float, sprite: str) -> str:
    """WebVTT whose cues name a rectangle of the sprite (media fragments, `#xywh=`)."""
    cues = ["WEBVTT", ""]
    for index in range(max(1, int(duration / every))):
        x, y = index % columns * width, index // columns * height
        start, end = clock(index * every), clock(min(duration, (index + 1) * every))
        cues += [f"{start} --> {end}", f"{sprite}#xywh={x},{y},{width},{height}", ""]
    return "\n".join(cues)
