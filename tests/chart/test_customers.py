"""The customer of `helm test` and the virtual customers: where they may be, and what they say when the shop fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from devtools.checks.chart_schema import CHART
from tests.chart import kubernetes
from tests.chart.policies import violations
from tests.chart.policies.model import pods
from tests.chart.render import find, helm_run, of_kind, render, values_of

PROGRAM = CHART / "charts" / "ui" / "files" / "customer.py"
CROWD = ("ui.customers.replicas=3",)
PRODUCT = """
<a href="/p/mug">Mug</a><a href="/shop?kind=goods">Goods</a>
<form method="get" action="/search"><input type="search" name="q"><button>Search</button></form>
<form method="post" action="/cart/add"><input type="hidden" name="next" value="/p/mug">
<input type="radio" name="sku" value="GONE" disabled><input type="radio" name="sku" value="MUG" checked>
<button type="submit">Add</button></form>
"""
SOLD_OUT = PRODUCT.replace('<button type="submit">Add</button>', "")


# --- the chart --------------------------------------------------------------------------------------------------


def test_no_virtual_customers_by_default():
    assert [item for item in render() if item["metadata"]["name"] == "ui-customers"] == []


@pytest.mark.parametrize("environment", ["default", "local", "dev"])
def test_a_render_with_customers_keeps_every_policy(environment):
    objects = render(environment, settings=CROWD)
    assert violations(objects) == []
    for version in kubernetes.VERSIONS:
        assert kubernetes.findings(objects, version) == []
    assert find(objects, "Deployment", "ui-customers")["spec"]["replicas"] == 3


def test_customers_without_the_test_pod_keep_every_policy():
    assert violations(render(settings=(*CROWD, "ui.test.buy=false"))) == []


def test_customers_and_test_reach_the_storefront_alone():
    objects = render("local", settings=CROWD)
    [policy] = [item for item in of_kind(objects, "NetworkPolicy") if item["metadata"]["name"] == "buy-out"]
    peers = [peer["podSelector"]["matchLabels"] for rule in policy["spec"]["egress"] for peer in rule["to"]]
    assert peers == [{"app.kubernetes.io/name": "ui", "app.kubernetes.io/component": "web"}]


def test_virtual_customers_have_no_priority_and_no_identity():
    settings = (*CROWD, "global.defaults.priority=1000", "ui.workloadIdentity.clientId=x", "ui.podLabels.team=shop")
    [pod] = [pod for pod in pods(render(settings=settings)) if pod.owner["metadata"]["name"] == "ui-customers"]
    assert "priorityClassName" not in pod.spec
    assert "azure.workload.identity/use" not in pod.labels
    assert pod.labels["team"] == "shop"


def test_changed_script_restarts_the_virtual_customers():
    deployment = find(render(settings=CROWD), "Deployment", "ui-customers")
    assert deployment["spec"]["template"]["metadata"]["annotations"]["streamcart/config"]


@pytest.mark.parametrize(
    ("environment", "settings", "words"),
    [
        ("prod", ["global.host=shop.com"], "virtual customers pay with the sandbox's test card"),
        ("local", ["global.email.url=smtp://mail.example"], "this shop sends real mail to them"),
        ("dev", ["global.email.secretName=email-url"], "this shop sends real mail to them"),
        ("local", ["global.network.testedByPurchase={catalog}"], "testedByPurchase names ui"),
        ("local", ["ui.customers.buyShare=101"], "maximum: got 101, want 100"),
        ("local", ["ui.customers.visitors=0"], "minimum: got 0, want 1"),
    ],
)
def test_customers_are_refused_with_a_sentence(environment, settings, words):
    arguments = [part for setting in (*CROWD, *settings) for part in ("--set", setting)]
    run = helm_run("template", "streamcart", str(CHART), *values_of(environment), *arguments)
    assert run.returncode != 0
    assert words in run.stderr


def test_the_program_is_what_the_config_map_holds():
    assert find(render(), "ConfigMap", "customer")["data"]["customer.py"].strip() == PROGRAM.read_text().strip()


# --- the program, against storefronts that fail -----------------------------------------------------------------


@contextmanager
def storefront(respond: Callable[[str, str], tuple[int, str]]) -> Iterator[str]:
    """A storefront that sends `respond(method, path)`; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send("GET")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send("POST")

        def send(self, method: str) -> None:
            status, text = respond(method, self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("X-Request-ID", "r-1")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def shop_once(url: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"UI_URL": url}
    return subprocess.run(
        [sys.executable, str(PROGRAM)], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_failed_request_is_reported_with_its_id():
    with storefront(lambda method, path: (500, "") if path == "/shop" else (200, PRODUCT)) as url:
        run = shop_once(url)
    assert run.returncode == 1
    assert "GET /shop?kind=goods&in_stock=true&sort=price returned 500 (request r-1)" in run.stderr


def test_refused_purchase_reports_the_shop_s_message():
    notice = '<ul><li class="notice notice-error">Only <b>1</b> left.</li></ul>'
    with storefront(lambda method, path: (200, notice if method == "POST" else PRODUCT)) as url:
        run = shop_once(url)
    assert run.returncode == 1
    assert run.stderr.strip() == "Only 1 left."


def test_an_order_that_is_not_paid_fails():
    pages = {
        "/cart/add": '<a href="/checkout">Checkout</a>',
        "/checkout": '<form action="/orders/SC-1"><input name="card-number"><input name="contact-email"></form>',
        "/orders/SC-1": '<span class="state state-pending">Pending</span>',
    }
    with storefront(lambda method, path: (200, pages.get(path, PRODUCT))) as url:
        run = shop_once(url)
        pages["/orders/SC-1"] = '<span class="state state-paid">Paid</span>'
        paid = shop_once(url)
    assert run.returncode == 1
    assert run.stderr.strip() == "Order SC-1 is pending, not paid."
    # The disabled variant is never chosen.
    assert paid.stdout == "Bought MUG: order SC-1 is paid.\n"


@pytest.mark.parametrize("page", ["<p>Nothing yet</p>", SOLD_OUT], ids=["empty", "sold-out"])
def test_sold_out_shop_is_not_a_failure(page):
    with storefront(lambda method, path: (200, page)) as url:
        run = shop_once(url)
    assert run.returncode == 0
    assert "nothing in stock" in run.stdout


def test_virtual_customers_count_failures_and_end_on_sigterm(tmp_path):
    failed = threading.Event()

    def respond(method: str, path: str) -> tuple[int, str]:
        failed.set()
        return 503, ""

    with storefront(respond) as url:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "--visitors", "2", "--pause", "0.05"],
            env=os.environ | {"UI_URL": url, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert failed.wait(timeout=30)
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0
    assert first["level"] == "error"
    assert "returned 503" in first["error"]
    counted = json.loads(rest.splitlines()[-1])
    assert counted["event"] == "visits"
    assert counted["failed"] == counted["total"] > 0
