"""Work that nobody waits for any more is refused, at its beginning and at its end."""

from __future__ import annotations

import time

import pytest
import respx
from django.http import HttpResponse
from django.test import RequestFactory

from apps.common import deadlines
from apps.common.http import ServiceClient, client

URL = "http://catalog.test"


def serve(value: str, view=lambda request: HttpResponse("done")) -> HttpResponse:
    headers = {deadlines.HEADER: value} if value else {}
    return deadlines.DeadlineMiddleware(view)(RequestFactory().post("/v1/thing", headers=headers))


def test_a_request_whose_time_is_over_is_refused_before_it_begins():
    begun = []
    response = serve(f"{time.time() - 5:.3f}", lambda request: begun.append(request))
    assert response.status_code == 504
    assert b"/problems/deadline-exceeded" in response.content
    assert begun == []


@pytest.mark.parametrize("seconds", [60, -0.2])
def test_a_request_in_time_is_served_and_so_is_one_late_by_less_than_clocks_differ(seconds):
    assert serve(deadlines.header_value(seconds)).content == b"done"


@pytest.mark.parametrize("value", ["", "-1", "1_0", "soon", "nan", "inf", "-inf", "1e400", "9" * 5_000, "\u0661"])
def test_invalid_time_sets_no_deadline(value):
    assert serve(value).content == b"done"


def test_work_that_became_late_is_refused_before_it_commits(monkeypatch):
    def work(request):
        now = time.time()
        monkeypatch.setattr(deadlines.time, "time", lambda: now + 60)
        deadlines.require_time_left()

    with pytest.raises(deadlines.DeadlineExceeded):
        serve(deadlines.header_value(5), work)
    # The next request of the thread has a time of its own.
    assert not deadlines.is_over()
    deadlines.require_time_left()


def test_every_call_says_how_long_it_waits(settings):
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, "catalog": URL}
    client.forget_targets()
    with respx.mock(base_url=URL) as router:
        route = router.route().respond(json=1)
        before = time.time()
        ServiceClient("catalog", timeout=3).get("/v1/x")
        ServiceClient("catalog", timeout=3).post("/v1/x", {}, deadline=7)
    sent = [float(call.request.headers[deadlines.HEADER]) - before for call in route.calls]
    assert [round(seconds) for seconds in sent] == [3, 7]
