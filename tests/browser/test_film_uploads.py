"""A film is uploaded in the admin: chosen, sent by tus-js-client, interrupted, resumed, read and encoded."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import psutil
import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_admins import sign_in as sign_in_to_admin
from tests.e2e.test_failures import pids

pytestmark = pytest.mark.browser
BYTES_A_SECOND = 8_000_000


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Two seconds whose pictures are not compressed: 66 MB, so two chunks."""
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    source = "testsrc2=s=1280x720:r=24:d=2"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        "-pix_fmt",
        "yuv420p",
    ]
    subprocess.run([*command, "-c:v", "rawvideo", str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def session(browser: Browser, stack) -> dict:
    """The cookies of one of the staff in the video admin."""
    context = browser.new_context(base_url=stack.url)
    sign_in_to_admin(context.new_page(), "video")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(stack, visitor, session, api, sign_in) -> Callable[..., Page]:
    """`open_page(locale="de-DE")`: the page on which a new film is uploaded, as one of the staff."""

    def visit(**options: object) -> Page:
        slug = f"upload-{uuid.uuid4().hex[:8]}"
        body = {"slug": slug, "name": f"Film {slug}"}
        assert api.post("/video/v1/titles", json=body, headers=sign_in("staff@example.com")).status_code == 201
        page = visitor(storage_state=session, **options)
        page.goto(f"/api/video/admin/titles/title/?q={slug}")
        page.locator("#result_list a[href*='/change/']").first.click()
        page.wait_for_url("**/change/**")
        page.goto(page.locator("a[href$='/upload-film/']").first.get_attribute("href"))
        return page

    return visit


def slow_down(page: Page) -> CDPSession:
    """Send so slowly that something can happen meanwhile."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    set_network(session, offline=False)
    return session


def hurry(session: CDPSession) -> None:
    """Send the rest as fast as it goes."""
    set_network(session, offline=False, bytes_a_second=-1)


def set_network(session: CDPSession, *, offline: bool, bytes_a_second: int = BYTES_A_SECOND) -> None:
    speeds = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
    session.send("Network.emulateNetworkConditions", speeds | {"offline": offline})


def wait_for_percent(page: Page, percent: int) -> None:
    page.wait_for_function("least => document.querySelector('[data-progress]').value >= least", arg=percent)


def expect_accepted(page: Page) -> None:
    expect(page.locator("[data-upload-state=accepted]")).to_be_visible(timeout=90_000)
    expect(page.locator("[data-encoding-state=done]")).to_be_visible(timeout=120_000)


def break_connection(stack, page: Page, network: CDPSession) -> None:
    set_network(network, offline=True)
    expect(page.get_by_text("Trying again")).to_be_visible(timeout=60_000)
    set_network(network, offline=False)


def kill_web_processes(stack, page: Page, network: CDPSession) -> None:
    (server,) = pids(stack, "apps.video.wsgi")
    for process in psutil.Process(server).children():
        os.kill(process.pid, signal.SIGKILL)


def kill_gateway(stack, page: Page, network: CDPSession) -> None:
    (gateway,) = pids(stack, "nginx.conf")
    for process in [psutil.Process(gateway), *psutil.Process(gateway).children()]:
        process.kill()


@pytest.mark.parametrize("interrupt", [break_connection, kill_web_processes, kill_gateway])
def test_an_upload_goes_on_by_itself_after(interrupt, stack, open_page, film):
    page = open_page()
    begun: list[str] = []
    page.on("request", lambda request: begun.append(request.url) if request.method == "POST" else None)
    network = slow_down(page)
    page.set_input_files("[data-file]", film)
    wait_for_percent(page, 15)
    interrupt(stack, page, network)
    hurry(network)
    expect_accepted(page)
    assert len(begun) == 1


def test_an_upload_can_be_paused_and_goes_on_after_a_reload(open_page, film):
    page = open_page()
    network = slow_down(page)
    page.set_input_files("[data-file]", film)
    wait_for_percent(page, 15)
    expect(page.locator("[data-figures]")).to_have_text(
        re.compile(r"^\d+% · [\d.]+ [kM]B per second · \d+ seconds? left$")
    )
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused.")).to_be_visible()
    sent = page.locator("[data-progress]").evaluate("progress => progress.value")
    page.get_by_role("button", name="Resume").click()
    wait_for_percent(page, sent + 5)
    hurry(network)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("have arrived. Choose the same file again to go on.")).to_be_visible()
    begun: list[str] = []
    page.on("request", lambda request: begun.append(request.url) if request.method == "POST" else None)
    page.set_input_files("[data-file]", film)
    expect_accepted(page)
    assert begun == []


def test_a_cancelled_upload_leaves_the_page_as_it_was(open_page, film):
    page = open_page()
    slow_down(page)
    page.set_input_files("[data-file]", film)
    wait_for_percent(page, 5)
    held: list[Route] = []
    page.route("**/v1/uploads/*", lambda route: route.continue_() if held else held.append(route))
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelling …")).to_be_visible()
    # The page asks for another film only when the first one is gone: a reload right after that finds nothing.
    expect(page.locator("[data-drop]")).to_be_hidden()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    held[0].continue_()
    expect(page.get_by_text("Drop a film here or choose a file")).to_be_visible()
    page.reload()
    expect(page.locator("[data-upload-state]")).to_have_count(0)


def test_an_upload_can_be_cancelled_without_a_connection(open_page, film):
    page = open_page()
    network = slow_down(page)
    page.set_input_files("[data-file]", film)
    wait_for_percent(page, 5)
    set_network(network, offline=True)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Drop a film here or choose a file")).to_be_visible(timeout=30_000)
    begun: list[str] = []
    page.on("request", lambda request: begun.append(request.url) if request.method == "POST" else None)
    hurry(network)
    page.set_input_files("[data-file]", film)
    expect_accepted(page)
    assert len(begun) == 1, "the same film again is another upload, though the first may not be deleted yet"


def test_a_file_that_is_no_film_is_refused_in_the_reader_s_language(open_page, tmp_path):
    page = open_page(locale="de-DE")
    text = tmp_path / "film.mp4"
    text.write_text("I am no film, whatever my name says.")
    page.set_input_files("[data-file]", text)
    expect(page.get_by_text("Die Datei ist kein Video in einem angenommenen Format")).to_be_visible(timeout=60_000)


def test_the_sentence_of_a_refused_request_is_shown(open_page, film):
    page = open_page()
    page.locator("[data-upload]").evaluate("page => { page.dataset.title = 'nothing'; }")
    page.set_input_files("[data-file]", film)
    expect(page.get_by_role("alert")).to_have_text("Name a film that exists: its slug is the “title” of an upload.")


def test_a_film_can_be_dropped_on_the_page(open_page, film):
    page = open_page()
    page.locator("[data-drop]").evaluate(
        """area => {
            const files = new DataTransfer();
            files.items.add(new File(["I am no film."], "dropped.mp4"));
            area.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_text("dropped.mp4")).to_be_visible()
    expect(page.locator("[data-upload-state=refused]")).to_be_visible(timeout=60_000)


def test_without_scripts_the_page_says_that_they_are_needed(open_page, visitor):
    opened = open_page()
    page = visitor(java_script_enabled=False, storage_state=opened.context.storage_state())
    page.goto(opened.url)
    expect(page.locator("noscript .upload-error")).to_be_in_viewport()
    assert page.locator("noscript .upload-error").inner_text().startswith("Films are uploaded by a script.")
    expect(page.locator("[data-drop]")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_phone(open_page, film, scheme):
    page = open_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    assert violations(page) == []
    slow_down(page)
    page.set_input_files("[data-file]", film)
    wait_for_percent(page, 5)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Cancel").click()
