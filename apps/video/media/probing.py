"""Looking at a delivered file: what it holds, and whether it can be sold as a film."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apps.video.media import processes
from apps.video.media.facts import Probe, probe_from_json
from apps.video.media.reasons import LimitReached, MediaError

# Demuxers as libav names them, and what people call the files. Each of them carries its own data: playlists, manifests,
# scripts and patterns name other files, and libav would open those for whoever sent the file.
FORMATS = {
    "mov": "MP4 and QuickTime",
    "matroska": "Matroska and WebM",
    "mpegts": "MPEG-TS",
    "mpeg": "MPEG",
    "avi": "AVI",
    "mxf": "MXF",
    "asf": "WMV",
    "flv": "Flash Video",
    "ogg": "Ogg",
}
# Decoders that films are encoded with; every other one is attack surface alone.
VIDEO_DECODERS = (
    "h264 hevc av1 libdav1d vp8 vp9 libvpx libvpx-vp9 mpeg1video mpeg2video mpeg4 msmpeg4 msmpeg4v2 msmpeg4v1 h263 flv "
    "prores dnxhd vc1 wmv1 wmv2 wmv3 theora ffv1 huffyuv mjpeg dvvideo rawvideo v210 cinepak svq3 vp6f png"
)
AUDIO_DECODERS = (
    "aac aac_latm ac3 eac3 dca truehd mlp mp2 mp2float mp3 mp3float opus libopus vorbis libvorbis flac alac "
    "wmav1 wmav2 wmapro pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_u8 "
    "pcm_s8 pcm_bluray pcm_dvd adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_swf nellymoser speex"
)
SUBTITLE_DECODERS = "subrip srt ass ssa mov_text webvtt text"
DECODERS = ",".join((VIDEO_DECODERS + " " + AUDIO_DECODERS + " " + SUBTITLE_DECODERS).split())
# Run as a file: libav must not be loaded into the service's own processes.
PROGRAM = Path(__file__).with_name("inspect_source.py")
MAX_STREAMS = 64
MAX_SIDE = 8192
MAX_SECONDS = 6 * 3600
# Of the length that the header says, this much may be missing at the end: a second, or one hundredth of a long film.
MISSING = (1.0, 0.01)
# Packets that the format itself calls corrupt, among so many: more than this is no film to sell.
CORRUPT = 0.001
LIMITS = processes.Limits(
    wall=1800, silence=120, cpu=900, memory=3072 * processes.MEGABYTE, output=64 * processes.MEGABYTE
)


def probe(
    source: Path, *, on_progress: Callable[[float], None] = lambda _: None, limits: processes.Limits = LIMITS
) -> Probe:
    """Read a source to its end, in a process of its own. `on_progress` gets the part that was read, 0 to 1.

    Raises MediaError with a reason that helps who delivered the file.
    """
    message: dict[str, Any] = {}

    def take(line: str) -> None:
        said = json.loads(line)
        if "progress" in said:
            on_progress(said["progress"])
        else:
            message.update(said)

    options = {"formats": ",".join(FORMATS), "codecs": DECODERS, "max_streams": MAX_STREAMS, "max_side": MAX_SIDE}
    with source.open("rb") as file:
        program = [sys.executable, "-I", str(PROGRAM), str(file.fileno()), json.dumps(options)]
        try:
            processes.run(program, limits=limits, descriptors=[file.fileno()], on_line=take)
        except LimitReached:
            raise
        except MediaError as error:
            # libav itself fell over the file.
            raise MediaError("not-decodable") from error
    if code := message.get("refused"):
        raise MediaError(code, **(message["values"] | {"formats": ", ".join(FORMATS.values())}))
    return judged(message["found"])


def judged(found: dict[str, Any]) -> Probe:
    """The facts as a Probe, unless they say that this is no whole film. Raises MediaError."""
    video = found["video"]
    if video["packets"] < 2 or video["last"] - video["first"] < 0.1:
        raise MediaError("too-short")
    # As ffmpeg does it: time begins where the first stream begins. What an encoder of sound wrote before that (its
    # priming) is no part of the film.
    start = found.pop("start")
    for track in (video, *found["audio"]):
        track["first"], track["last"] = max(0.0, track["first"] - start), max(0.0, track["last"] - start)
    length = video["last"]
    duration = max([length, *(track["last"] for track in found["audio"] if track["purpose"] == "main")])
    if duration > MAX_SECONDS:
        raise MediaError("too-long", duration=clock(duration), limit=clock(MAX_SECONDS))
    announced = found["announced"]
    longest = max([length, *(track["last"] for track in found["audio"])])
    if announced - longest > max(MISSING[0], announced * MISSING[1]):
        raise MediaError("cut-off", end=clock(longest), announced=clock(announced))
    corrupt, broke_off = found.pop("corrupt"), found.pop("broke_off")
    if corrupt > video["packets"] * CORRUPT:
        raise MediaError("damaged", count=corrupt)
    if broke_off and not announced:
        raise MediaError("cut-off", end=clock(longest), announced="?")
    # A picture that lasts longer than its sound is no fault; sound that goes on long after the picture is a warning.
    warnings: list[dict[str, Any]] = []
    if duration - length > 1:
        warnings.append({"code": "sound-longer", "seconds": round(duration - length, 1)})
    if corrupt:
        warnings.append({"code": "corrupt", "count": corrupt})
    return probe_from_json(found | {"duration": duration, "warnings": warnings})


def clock(seconds: float) -> str:
    """3:12, or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
