"""The published chart of a version: its images are public and named by digest, so that one command installs a shop.

    python -m devtools.release.chart_release dist --version 1.2.3 --registry ghcr.io/streamcart --digest ui=sha256:… …

writes the archive, and for people without Helm the rendered manifests of each values file, one file each. The chart in
the tree stays as it is: there the pipeline's manifests say which image runs.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES
from devtools.release.manifests import DIGEST
from devtools.tools import helm

CHART = ROOT / "charts" / "streamcart"
FLAVOURS = ("local", "dev", "prod")


def release(target: Path, version: str, registry: str, digests: dict[str, str]) -> list[Path]:
    """Write everything of a version; returns the files. Raises DevToolsError for a wrong version or a missing image."""
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        raise DevToolsError(f"{version!r} is no version: write 1.2.3.")
    if missing := [service for service in SERVICES if not DIGEST.fullmatch(digests.get(service, ""))]:
        raise DevToolsError(f"There is no digest of: {', '.join(missing)}.")
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder) / "streamcart"
        shutil.copytree(CHART, chart)
        _pin(chart, version, registry, digests)
        _helm("package", str(chart), "--version", version, "--app-version", version, "--destination", str(target))
        files = [target / f"streamcart-{version}.tgz"]
        for flavour in FLAVOURS:
            values = ["--values", str(chart / f"values-{flavour}.yaml")]
            # The examples name a registry of their own.
            values += ["--set", f"global.images.registry={registry}"]
            text = _helm("template", "streamcart", str(chart), "--namespace", "default", *values)
            files.append(target / f"streamcart-{version}-{flavour}.yaml")
            files[-1].write_text(text)
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    files.append(target / "SHA256SUMS")
    files[-1].write_text(sums)
    return files


def _pin(chart: Path, version: str, registry: str, digests: dict[str, str]) -> None:
    """Name the version's images and the version itself, in the values and in every chart's own file.

    Raises DevToolsError for a line that is not there.
    """
    _replace(chart / "values.yaml", r'^    registry: ""$', f"    registry: {registry}")
    for service, digest in digests.items():
        values = chart / "charts" / service / "values.yaml"
        _replace(values, r'^  tag: ""$', f'  tag: "{version}"')
        _replace(values, r'^  digest: ""$', f'  digest: "{digest}"')
    # Objects carry the version of the part that they come from (helm.sh/chart).
    _replace(chart / "Chart.yaml", r"(?<=, version: )[^,}]+", version, count=0)
    for path in [chart / "Chart.yaml", *sorted(chart.glob("charts/*/Chart.yaml"))]:
        _replace(path, r"^version: .*$", f"version: {version}")
        _replace(path, r'^appVersion: ".*"$', f'appVersion: "{version}"')


def _replace(path: Path, pattern: str, text: str, *, count: int = 1) -> None:
    """The first `count` places of a file; 0 replaces all."""
    changed, found = re.subn(pattern, text, path.read_text(), count=count, flags=re.MULTILINE)
    if not found:
        raise DevToolsError(f"{path.name} of {path.parent.name} has no line like {pattern}.")
    path.write_text(changed)


def _helm(*arguments: str) -> str:
    run = subprocess.run([str(helm()), *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        raise DevToolsError(f"helm {arguments[0]} failed: {run.stderr.strip()}")
    return run.stdout


def main(arguments: list[str]) -> int:
    """Prints the files; returns the exit code."""
    parser = argparse.ArgumentParser(prog="chart_release", description="Package the chart of a version.")
    parser.add_argument("target", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--registry", required=True, help="what stands before /streamcart/<service>")
    parser.add_argument("--digest", action="append", default=[], metavar="SERVICE=DIGEST")
    options = parser.parse_args(arguments)
    digests = dict(text.partition("=")[::2] for text in options.digest)
    try:
        for path in release(options.target, options.version, options.registry, digests):
            print(path)
    except DevToolsError as error:
        print(f"chart_release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
