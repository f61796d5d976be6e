"""Every image, built and run as a cluster runs it."""

from __future__ import annotations

import json
import socket
import subprocess
from urllib.parse import urlsplit

import httpx
import pytest

from devtools.project import DATA_SERVICES, SERVICES
from devtools.release import images
from tests.images.containers import start

# Megabytes that a service may add to its base: packages, static files, its own code. The base is the same for all, and
# no two builders have to have the same one. docs/images.md has the sums. Arrays, pictures, public holidays and
# Blob Storage weigh. Formats of addresses, of all countries, are 5 of auth, payment and ui.
# Of payment, 84 are Typst, which draws invoices (docs/decisions/0030).
LARGEST_SHARE = {"auth": 98, "catalog": 175, "payment": 207, "ui": 75}
PAGES = {
    "auth": "/.well-known/jwks.json",
    "catalog": "/v1/products",
    "payment": "/schema/",
    "ui": "/",
    "video": "/v1/titles",
}


def inspected(services, service: str) -> dict:
    container = services.web[service]
    command = [container.program, "image", "inspect", services.names[service]]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)[0]


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_lives_is_ready_and_serves_a_real_page(services, service):
    url = services.web[service].url
    assert httpx.get(f"{url}/livez").json()["status"] == "ok"
    assert httpx.get(f"{url}/readyz").json()["status"] == "ok"
    assert httpx.get(f"{url}/metrics").status_code == 200
    page = httpx.get(url + PAGES[service], timeout=30)
    assert page.status_code == 200, page.text


def test_static_files_are_compressed_and_cached_for_good(services):
    url = services.web["ui"].url
    page = httpx.get(url + "/").text
    path = next(part for part in page.split('"') if part.startswith("/static/") and part.endswith(".css"))
    response = httpx.get(url + path, headers={"Accept-Encoding": "br"})
    assert response.headers["Content-Encoding"] == "br"
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_runs_as_a_numeric_user_with_nothing_to_build_or_install_with(services, service):
    assert inspected(services, service)["Config"]["User"] == "10001:10001"
    container = services.web[service]
    assert container.execute("python", "-c", "import os; print(os.getuid())").stdout.strip() == "10001"
    for program in ("pip", "pip3", "gcc", "cc", "apt-get", "perl", "su"):
        assert container.execute("sh", "-c", f"command -v {program}").returncode != 0, program
    assert container.execute("sh", "-c", "find / -xdev -perm /6000 -type f | grep .").returncode != 0


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_library_and_its_own_code_are_inside(services, service):
    folders = services.web[service].execute("sh", "-c", "ls -d /app/*/ /app/apps/*/").stdout.split()
    # The root's own folder of bytecode is manage.py's.
    assert set(folders) - {"/app/__pycache__/"} == {
        "/app/apps/",
        "/app/static/",
        "/app/apps/common/",
        f"/app/apps/{service}/",
    }
    wrong = "find /app -name tests -o -name node_modules -o -name '*.env' | grep ."
    left = services.web[service].execute("sh", "-c", wrong)
    assert left.stdout == ""


@pytest.mark.parametrize("service", SERVICES)
def test_ffmpeg_is_in_video_alone(services, service):
    has_ffmpeg = services.web[service].execute("ffmpeg", "-version").returncode == 0
    assert has_ffmpeg is (service == "video")


@pytest.mark.parametrize(("service", "megabytes"), LARGEST_SHARE.items())
def test_an_image_is_small(services, service, megabytes):
    script = "du -s --apparent-size --block-size=1 /opt/venv /app | awk '{ sum += $1 } END { print sum }'"
    assert int(services.web[service].execute("sh", "-c", script).stdout) < megabytes * 1_000_000


@pytest.mark.parametrize("service", SERVICES)
def test_labels_say_what_it_is(services, service):
    labels = inspected(services, service)["Config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == f"streamcart-{service}"
    assert labels["org.opencontainers.image.revision"] == services.names[service].partition(":")[2]
    assert labels["org.opencontainers.image.source"] == images.source()
    for name in ("version", "licenses", "description"):
        assert labels[f"org.opencontainers.image.{name}"]


def test_no_secret_of_the_build_stays(services):
    for service in SERVICES:
        names = {entry.partition("=")[0] for entry in inspected(services, service)["Config"]["Env"]}
        assert names <= {
            "PATH",
            "LANG",
            "PYTHONUNBUFFERED",
            "PYTHONDONTWRITEBYTECODE",
            "VERSION",
            "BIND",
            "STATIC_ROOT",
            "container",
        }


@pytest.mark.parametrize("service", DATA_SERVICES)
def test_background_roles_start(services, service):
    """A worker takes its queue, beat sends; both end by SIGTERM."""
    for role, words in (("worker", "ready"), ("beat", "beat started")):
        environment = services.environments[service] | {"LOG_LEVEL": "INFO"}
        # As the chart says it, past the image's own entry point.
        said = ("manage.py", service, role)
        container = start(services.names[service], *said, environment=environment, entrypoint="python")
        try:
            container.wait_until(lambda: words in container.logs())  # noqa: B023  (called at once)
            container.stop(20).wait(30)
            assert container.exit_code() == 0, container.logs()[-2000:]
        finally:
            container.remove()


def test_a_request_in_flight_is_served_while_the_container_stops(services):
    """Half of a request is there when SIGTERM comes; the other half still gets its response."""
    container = services.web["auth"]
    body = b'{"email": "nobody@example.com", "password": "wrong-password"}'
    address = urlsplit(container.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as link:
        lines = (
            "POST /v1/tokens HTTP/1.1",
            "Host: x",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        link.sendall("\r\n".join((*lines, "Expect: 100-continue", "", "")).encode())
        # gunicorn says so when a thread has the request and wants its body.
        assert link.recv(65536).startswith(b"HTTP/1.1 100"), "the server did not ask for the body"
        link.sendall(body[:20])
        stopping = container.stop()
        container.wait_until(lambda: "Handling signal: term" in container.logs())
        link.sendall(body[20:])
        response = link.recv(65536).decode()
    assert response.startswith("HTTP/1.1 401"), response
    stopping.wait(60)
    assert container.exit_code() == 0
    services.restart("auth").wait_until(lambda: httpx.get(f"{container.url}/readyz").status_code == 200)
