"""Requests from outside, through NGINX as the rendered Ingresses configure it; and what the other flavour says."""

from __future__ import annotations

import copy
import socket
from collections.abc import Iterator

import pytest

from apps.common.testing.iteration import some
from tests.chart.render import find, of_kind, render
from tests.chart.replay import Refused, Replay, community_locations, f5_locations

FLAVORS = ("nginx", "ingress-nginx")
SERVED = [
    ("/", "frontend/ui", "/"),
    ("/p/stoneware-mug?from=home", "frontend/ui", "/p/stoneware-mug?from=home"),
    ("/static/common/base.css", "frontend/ui", "/static/common/base.css"),
    ("/apiary", "frontend/ui", "/apiary"),
    ("/metricsystem", "frontend/ui", "/metricsystem"),
    ("/api/catalog", "catalog/catalog", "/"),
    ("/api/catalog/", "catalog/catalog", "/"),
    ("/api/catalog/v1/products?q=mug&limit=2", "catalog/catalog", "/v1/products?q=mug&limit=2"),
    ("/api/catalog/admin/", "catalog/catalog", "/admin/"),
    ("/api/catalog/v1/products/metrics", "catalog/catalog", "/v1/products/metrics"),
    ("/api/catalog/v1/products/a%20mug", "catalog/catalog", "/v1/products/a%20mug"),
    ("/api/catalog/v1/imports", "catalog/catalog", "/v1/imports"),
    ("/api/catalog/v1/products/mug/images", "catalog/catalog", "/v1/products/mug/images"),
    ("/api/catalog/v1/products/mug/images/order", "catalog/catalog", "/v1/products/mug/images/order"),
    ("/api/catalog/admin/products/product/1/change/", "catalog/catalog", "/admin/products/product/1/change/"),
    ("/api/auth/.well-known/jwks.json", "auth/auth", "/.well-known/jwks.json"),
    ("/api/payment/v1/orders", "payment/payment", "/v1/orders"),
    ("/api/video/v1/titles", "video/video", "/v1/titles"),
    ("/api/video/streams", "video/video", "/streams"),
    ("/api/video/stream/sig/1/asset/master.m3u8", "video/video-files", "/api/video/stream/sig/1/asset/master.m3u8"),
    ("/media/catalog/products/mug-640.webp", "catalog/catalog-files", "/media/catalog/products/mug-640.webp"),
    ("/media/video/posters/general.webp", "video/video-files", "/media/video/posters/general.webp"),
]
REFUSED = [
    "/metrics",
    "/internal/events",
    "/livez",
    "/readyz",
    "/startupz",
    "/api/catalog/metrics",
    "/api/catalog/internal/events?after=0",
    "/api/catalog//internal/events",
    "//api/catalog/internal/events",
    "/api/catalog/%69nternal/events",
    "/api/catalog/v1/../internal/events",
    "/api/catalog/./metrics",
    "/api/auth/internal/events",
    "/api/payment/readyz",
    "/api/video/livez",
    "/api/video/stream",
    "/api",
    "/api/",
    "/api/unknown/v1/things",
    "/api/catalogue",
    "/media/",
    "/media/payment/invoice.pdf",
    "/media/video/sources/general.mp4",
]


@pytest.fixture(scope="module", params=FLAVORS)
def replay(request, tmp_path_factory) -> Iterator[Replay]:
    running = Replay(render(flavor=request.param), request.param, tmp_path_factory.mktemp("replay"))
    yield running
    running.close()


@pytest.mark.parametrize(("path", "service", "seen"), SERVED)
def test_a_request_reaches_its_service_without_the_prefix(replay, path, service, seen):
    response = replay.ask(path)
    assert (response.status, response.service, response.path) == (200, service, seen)


@pytest.mark.parametrize("path", REFUSED)
def test_unrouted_and_internal_paths_are_refused(replay, path):
    assert replay.ask(path).status == 404


def test_clients_cannot_set_the_forwarded_prefix(replay):
    forged = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example"}
    response = replay.ask("/api/catalog/v1/products", forged)
    assert response.headers["X-Forwarded-Prefix"] == "/api/catalog"
    assert response.headers["X-Forwarded-For"] == "127.0.0.1"
    assert response.headers["X-Forwarded-Host"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("path", "megabytes", "is_taken"),
    [
        ("/", 1, True),
        ("/", 2, False),
        ("/api/auth/v1/tokens", 2, False),
        ("/api/video/v1/titles", 2, False),
        ("/api/catalog/v1/products", 2, False),
        ("/api/catalog/v1/imports", 50, True),
        ("/api/catalog/v1/imports", 51, False),
        ("/api/catalog/v1/imports/1/apply", 2, False),
        ("/api/catalog/v1/products/mug/images", 50, True),
        ("/api/catalog/v1/products/a/b/images", 2, False),
        ("/api/catalog/admin/imports/importjob/add/", 50, True),
        ("/api/catalog/admin/products/product/0190/change/", 50, True),
        ("/api/catalog/admin/products/brand/add/", 2, False),
    ],
)
def test_only_upload_paths_accept_large_bodies(replay, path, megabytes, is_taken):
    """NGINX decides by the announced length, so nothing of that size has to be sent."""
    with socket.create_connection(("127.0.0.1", replay.port), timeout=10) as link:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {megabytes * 2**20}\r\n"
        link.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        status = link.recv(4096).split()[1]
    assert status == (b"100" if is_taken else b"413")


@pytest.mark.parametrize("flavor", FLAVORS)
def test_every_address_has_a_limit_of_requests(flavor):
    for ingress in some(of_kind(render(flavor=flavor), "Ingress")):
        names = " ".join(ingress["metadata"]["annotations"])
        assert "limit-r" in names or "mergeable-ingress-type" in names, ingress["metadata"]["name"]


def test_more_requests_than_one_address_may_send_are_refused(tmp_path):
    settings = ("global.routing.limits.requestsPerSecond=1", "global.routing.limits.burst=4")
    for flavor, refused in zip(FLAVORS, (429, 503), strict=True):
        folder = tmp_path / flavor
        folder.mkdir()
        running = Replay(render(flavor=flavor, settings=settings), flavor, folder)
        try:
            statuses = [running.ask("/api/auth/v1/tokens").status for _ in range(20)]
            assert set(statuses) == {200, refused}, flavor
            assert running.ask("/api/payment/v1/orders").status == 200, "one service's limit is not another's"
        finally:
            running.close()


def test_acme_challenge_is_not_routed_to_the_storefront(replay):
    """cert-manager's own Ingress must win; without it nothing responds."""
    assert replay.ask("/.well-known/acme-challenge/token").status == 404
    assert replay.ask("/.well-known/security.txt").service == "frontend/ui"


def annotate(item: dict, name: str) -> None:
    item["metadata"]["annotations"][name] = "true"


def altered(flavor: str, name: str, change) -> list:
    objects = copy.deepcopy(of_kind(render(flavor=flavor), "Ingress"))
    change(find(objects, "Ingress", name))
    return objects


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (
            "catalog",
            lambda item: item["metadata"]["annotations"].update({"nginx.org/location-snippets": "x"}),
            "unknown",
        ),
        ("catalog", lambda item: item["metadata"]["annotations"].update({"nginx.org/hsts": "true"}), "unknown"),
        ("catalog", lambda item: item["spec"].update(tls=[{}]), "minion with TLS"),
        ("streamcart", lambda item: item["spec"]["rules"][0].update(http={"paths": []}), "master with paths"),
        ("catalog", lambda item: item["metadata"]["annotations"].pop("nginx.org/mergeable-ingress-type"), "neither"),
    ],
)
def test_the_replay_refuses_what_the_f5_controller_would(name, change, words):
    with pytest.raises(Refused, match=words):
        f5_locations(altered("nginx", name, change))


def test_the_replay_refuses_snippets_of_the_community_controller():
    annotation = {"nginx.ingress.kubernetes.io/configuration-snippet": "x"}
    with pytest.raises(Refused, match="unknown"):
        community_locations(
            altered("ingress-nginx", "ui", lambda item: item["metadata"]["annotations"].update(annotation))
        )


def test_the_gateway_has_a_route_for_every_path_and_no_other():
    """Gateway API chooses the longest prefix; what is inside only is refused by the services themselves."""
    objects = render(flavor="gateway")
    values = {}
    for route in of_kind(objects, "HTTPRoute"):
        for rule in route["spec"]["rules"]:
            for match in rule.get("matches", []):
                [backend] = rule["backendRefs"]
                values[match["path"]["value"]] = (backend["name"], rule.get("filters", []))
    assert {path: service for path, (service, _) in values.items()} == {
        "/": "ui",
        "/api/catalog": "catalog",
        "/api/auth": "auth",
        "/api/payment": "payment",
        "/api/video": "video",
        "/media/catalog": "catalog-files",
        "/media/video/posters": "video-files",
        "/api/video/stream": "video-files",
    }
    for path, (service, filters) in values.items():
        if path.startswith("/api") and not service.endswith("-files"):
            headers, rewrite = filters
            assert headers["requestHeaderModifier"]["set"] == [{"name": "X-Forwarded-Prefix", "value": path}]
            assert rewrite["urlRewrite"]["path"] == {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}


def test_only_the_shop_s_namespaces_may_attach_routes_to_the_host():
    gateway = find(render(flavor="gateway"), "Gateway", "streamcart")
    for listener in gateway["spec"]["listeners"]:
        [expression] = listener["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
        assert sorted(expression["values"]) == ["auth", "catalog", "frontend", "payment", "video"]


def test_http_redirects_to_https():
    redirect = find(render(flavor="gateway"), "HTTPRoute", "redirect-to-https")
    assert redirect["spec"]["rules"][0]["filters"][0]["requestRedirect"] == {"scheme": "https", "statusCode": 301}
    master = find(render(flavor="nginx"), "Ingress", "streamcart")
    assert master["metadata"]["annotations"]["nginx.org/redirect-to-https"] == "true"
