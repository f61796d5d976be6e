"""A real Chromium at the running stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from devtools.checks.screenshots import ARGUMENTS, chromium

HINT = "no Chromium was found: apt-get install chromium, or set CHROMIUM to its path"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests; where none is installed the tests say so."""
    program = chromium()
    if program is None:
        pytest.skip(HINT)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def visitor(browser: Browser, stack) -> Iterator[Callable[..., Page]]:
    """`visitor()`, `visitor(java_script_enabled=False)`: a page of a fresh profile."""
    contexts = []

    def come(**options: object) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(base_url=stack.url, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield come
    for context in contexts:
        context.close()
