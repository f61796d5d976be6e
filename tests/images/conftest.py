"""The images of this commit, built once, and all services running in them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from devtools.errors import DevToolsError
from devtools.project import SERVICES
from devtools.release import images
from tests.images.containers import Fleet, fleet, runner
from tests.images.registry import running_registry


def has_base_image() -> bool:
    """Whether the base lies here already or can be pulled within a minute."""
    inspect = ("inspect", "--type", "image") if images.builder() == "buildah" else ("image", "inspect")
    looked = subprocess.run([images.builder(), *inspect, images.base_image()], capture_output=True, check=False)
    if looked.returncode == 0:
        return True
    pull = [images.builder(), "pull", "--quiet", images.base_image()]
    try:
        return subprocess.run(pull, capture_output=True, check=False, timeout=60).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@pytest.fixture(scope="session")
def built() -> dict[str, images.Image]:
    try:
        images.builder()
    except DevToolsError as error:
        pytest.skip(str(error))
    if runner() is None:
        pytest.skip("buildah builds images but cannot run them: install docker or podman as well.")
    if not has_base_image():
        pytest.skip(f"The base image {images.base_image()} is not here and cannot be pulled.")
    return {service: images.build(service) for service in SERVICES}


@pytest.fixture(scope="session")
def services(built) -> Iterator[Fleet]:
    with fleet({service: image.name for service, image in built.items()}) as running:
        yield running


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Iterator[str]:
    """Host and port of a registry."""
    with running_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host
