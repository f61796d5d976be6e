"""Files beside the segments: captions in the master playlist, and the storyboard's index."""

from __future__ import annotations

from pathlib import Path

from apps.video.titles.models import CaptionTrack


def add_captions(folder: Path, tracks: list[CaptionTrack], duration: float) -> None:
    """Write each track as WebVTT with a one-segment playlist, and name them in the master (RFC 8216, 4.3.4.1)."""
    if not tracks:
        return
    media = []
    for track in tracks:
        name = f"captions_{track.language}"
        (folder / f"{name}.vtt").write_text(track.webvtt)
        (folder / f"{name}.m3u8").write_text(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-PLAYLIST-TYPE:VOD\n"
            f"#EXT-X-TARGETDURATION:{int(duration) + 1}\n#EXTINF:{duration:.3f},\n{name}.vtt\n#EXT-X-ENDLIST\n"
        )
        label = track.label.replace('"', "'")
        media.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="{label}",LANGUAGE="{track.language}",'
            f'AUTOSELECT=YES,DEFAULT=NO,URI="{name}.m3u8"'
        )
    master = folder / "master.m3u8"
    lines = []
    for line in master.read_text().splitlines():
        if line.startswith("#EXT-X-STREAM-INF:"):
            if media:
                lines += media
                media = []
            line += ',SUBTITLES="captions"'
        lines.append(line)
    master.write_text("\n".join(lines) + "\n")


def write_storyboard_index(
    target: Path, *, columns: int, width: int, height: int, every: float, duration: float
) -> None:
    """WebVTT whose cues name a rectangle of the sprite (media fragments, `#xywh=`)."""
    cues = ["WEBVTT", ""]
    for index in range(max(1, int(duration / every))):
        x, y = index % columns * width, index // columns * height
        start, end = _clock(index * every), _clock(min(duration, (index + 1) * every))
        cues += [f"{start} --> {end}", f"storyboard.jpg#xywh={x},{y},{width},{height}", ""]
    target.write_text("\n".join(cues))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02}:{minutes:02}:{rest:06.3f}"
