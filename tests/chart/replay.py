"""Requests replayed through a real NGINX, configured from rendered Ingresses as the two controllers configure theirs.

The translation follows their documentation:
- F5 NGINX Ingress Controller: mergeable Ingresses (a master with the host, minions with the paths), `path-regex`,
  `rewrite-target` (https://docs.nginx.com/nginx-ingress-controller/, annotations);
- community ingress-nginx: `use-regex` makes every location of the host a case-insensitive regular expression, longest
  path first (https://kubernetes.github.io/ingress-nginx/user-guide/ingress-path-matching/).
An annotation that is not translated is refused, so that nothing passes by being overlooked.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from devtools.checks.testing import free_port
from devtools.stack import gateway
from tests.chart.render import Object, of_kind

F5 = "nginx.org/"
COMMUNITY = "nginx.ingress.kubernetes.io/"
# Which annotations each kind of Ingress may carry; what is only for TLS or for other controllers does nothing here.
MASTER = {"mergeable-ingress-type", "redirect-to-https", "hsts", "hsts-max-age"}
MINION = {
    "mergeable-ingress-type",
    "path-regex",
    "rewrite-target",
    "proxy-set-headers",
    "client-max-body-size",
    "proxy-buffer-size",
    "proxy-buffers",
    "proxy-busy-buffers-size",
    "limit-req-key",
    "limit-req-zone-size",
    "limit-req-rate",
    "limit-req-burst",
    "limit-req-no-delay",
    "limit-req-reject-code",
    "proxy-next-upstream",
    "proxy-next-upstream-tries",
    "proxy-connect-timeout",
    "proxy-read-timeout",
}
COMMUNITY_KNOWN = {
    "use-regex",
    "rewrite-target",
    "x-forwarded-prefix",
    "proxy-body-size",
    "proxy-buffer-size",
    "proxy-request-buffering",
    "limit-rps",
    "limit-rpm",
    "limit-burst-multiplier",
    "limit-connections",
    "proxy-next-upstream",
    "proxy-next-upstream-tries",
    "proxy-connect-timeout",
    "proxy-read-timeout",
    "ssl-redirect",
}


class Refused(Exception):
    """A controller would not take the object."""


@dataclass(frozen=True)
class Location:
    """One location of the server block, and what it needs in the `http` block."""

    match: str
    lines: tuple[str, ...]
    http_lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Response:
    """What came back, and what the service saw if one was asked."""

    status: int
    service: str = ""
    path: str = ""
    headers: dict[str, str] | None = None


def f5_locations(objects: list[Object]) -> list[Location]:
    """Locations of one host, in the order of the minions."""
    found, masters = [], []
    for ingress in of_kind(objects, "Ingress"):
        annotations = _own(ingress, F5)
        kind = annotations.get("mergeable-ingress-type")
        _require(kind in ("master", "minion"), ingress, "is neither master nor minion")
        _require(not set(annotations) - (MASTER if kind == "master" else MINION), ingress, "has an unknown annotation")
        [rule] = ingress["spec"]["rules"]
        if kind == "master":
            _require("http" not in rule, ingress, "is a master with paths")
            masters.append(rule["host"])
            continue
        _require("tls" not in ingress["spec"], ingress, "is a minion with TLS")
        found += [(rule["host"], ingress, path) for path in rule["http"]["paths"]]
    _require(len(masters) == 1, {}, "there is not exactly one master")
    return [_f5_location(ingress, path) for host, ingress, path in found if host == masters[0]]


def _f5_location(ingress: Object, path: dict[str, Any]) -> Location:
    annotations = _own(ingress, F5)
    _require(annotations.get("path-regex") == "case_sensitive", ingress, "has no regular expressions")
    _require(not any(character in path["path"] for character in ' ;{}"'), ingress, "has a path that is refused")
    headers = _f5_headers(annotations)
    lines = [f"client_max_body_size {annotations['client-max-body-size']};"]
    lines += [f'rewrite "^{path["path"]}" {annotations["rewrite-target"]} break;']
    zone, zone_line = _zone(ingress, annotations["limit-req-rate"], annotations["limit-req-key"])
    burst = f"burst={annotations['limit-req-burst']} {'nodelay' if annotations['limit-req-no-delay'] == 'true' else ''}"
    lines += [f"limit_req zone={zone} {burst};", f"limit_req_status {annotations['limit-req-reject-code']};"]
    sizes = ("proxy-buffer-size", "proxy-buffers", "proxy-busy-buffers-size")
    lines += [f"{name.replace('-', '_')} {annotations[name]};" for name in sizes]
    lines += _next_upstream(annotations)
    return Location(f'~ "^{path["path"]}"', (*lines, *headers, _target(ingress, path)), (zone_line,))


def _zone(ingress: Object, rate: str, key: str) -> tuple[str, str]:
    """A zone for each Ingress, as both controllers make one."""
    name = f"{ingress['metadata']['namespace']}-{ingress['metadata']['name']}"
    return name, f"limit_req_zone {key} zone={name}:1m rate={rate};"


def _next_upstream(annotations: dict[str, str]) -> list[str]:
    return [
        f"proxy_next_upstream {annotations['proxy-next-upstream']};",
        f"proxy_next_upstream_tries {annotations['proxy-next-upstream-tries']};",
    ]


def _f5_headers(annotations: dict[str, str]) -> list[str]:
    pairs = [entry.partition(":") for entry in annotations.get("proxy-set-headers", "").split(",") if entry]
    return [f'proxy_set_header {name.strip()} "{value.strip()}";' for name, _, value in pairs]


def community_locations(objects: list[Object]) -> list[Location]:
    """Locations of one host: all are regular expressions as soon as one Ingress asks for it."""
    found: list[tuple[Object, dict[str, Any]]] = []
    for ingress in of_kind(objects, "Ingress"):
        annotations = _own(ingress, COMMUNITY)
        _require(not set(annotations) - COMMUNITY_KNOWN, ingress, "has an unknown annotation")
        for rule in ingress["spec"]["rules"]:
            found += [(ingress, path) for path in rule["http"]["paths"]]
    found.sort(key=lambda entry: len(entry[1]["path"]), reverse=True)
    return [_community_location(ingress, path) for ingress, path in found]


def _community_location(ingress: Object, path: dict[str, Any]) -> Location:
    annotations = _own(ingress, COMMUNITY)
    _require(path["pathType"] == "ImplementationSpecific", ingress, "has a regular expression in a strict path")
    lines = [f"client_max_body_size {annotations['proxy-body-size']};"]
    lines += [f'rewrite "(?i){path["path"]}" {annotations["rewrite-target"]} break;']
    if prefix := annotations.get("x-forwarded-prefix"):
        lines += [f'proxy_set_header X-Forwarded-Prefix "{prefix}";']
    rates = {"limit-rps": "s", "limit-rpm": "m"}
    [(name, unit)] = [(name, unit) for name, unit in rates.items() if name in annotations]
    zone, zone_line = _zone(ingress, f"{annotations[name]}r/{unit}", "$binary_remote_addr")
    burst = int(annotations[name]) * int(annotations.get("limit-burst-multiplier", "5"))
    lines += [f"limit_req zone={zone} burst={burst} nodelay;", "limit_req_status 503;"]
    lines += [f"proxy_request_buffering {annotations.get('proxy-request-buffering', 'on')};"]
    # Four buffers of the same size, unless `proxy-buffers-number` says otherwise.
    size = annotations["proxy-buffer-size"]
    lines += [f"proxy_buffer_size {size};", f"proxy_buffers 4 {size};"]
    lines += _next_upstream(annotations)
    return Location(f'~* "^{path["path"]}"', (*lines, _target(ingress, path)), (zone_line,))


def _target(ingress: Object, path: dict[str, Any]) -> str:
    service = path["backend"]["service"]["name"]
    return f'proxy_set_header X-Seen-By "{ingress["metadata"]["namespace"]}/{service}"; proxy_pass http://services;'


def _own(ingress: Object, prefix: str) -> dict[str, str]:
    annotations = ingress["metadata"].get("annotations", {})
    return {key.removeprefix(prefix): value for key, value in annotations.items() if key.startswith(prefix)}


def _require(condition: bool, ingress: Object, words: str) -> None:
    if not condition:
        raise Refused(f"{ingress.get('metadata', {}).get('name', '')} {words}")


CONFIGURATION = """
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream services {{ server 127.0.0.1:{upstream}; }}
  {zones}
  server {{
    listen 127.0.0.1:{port};
    proxy_http_version 1.1;
{locations}
    location / {{ return 404; }}
  }}
}}
"""
# What both controllers set in every location; a client's own X-Forwarded-For is replaced.
COMMON_HEADERS = (
    "proxy_set_header Host $host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Forwarded-Host $host;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
)


class _Echo(BaseHTTPRequestHandler):
    """Every service at once: returns what it sees."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        content = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


class Replay:
    """A running NGINX over one set of objects."""

    def __init__(self, objects: list[Object], flavor: str, folder: Path) -> None:
        locations = f5_locations(objects) if flavor == "nginx" else community_locations(objects)
        self.services = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
        threading.Thread(target=self.services.serve_forever, daemon=True).start()
        self.port = free_port()
        text = CONFIGURATION.format(
            folder=folder,
            port=self.port,
            upstream=self.services.server_port,
            zones=" ".join(sorted({line for entry in locations for line in entry.http_lines})),
            locations="\n".join(
                f"    location {entry.match} {{ {' '.join((*COMMON_HEADERS, *entry.lines))} }}" for entry in locations
            ),
        )
        (folder / "nginx.conf").write_text(("user root root;\n" if os.geteuid() == 0 else "") + text)
        command = [gateway.binary(), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]
        self.process = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.PIPE, text=True)
        self._wait()

    def _wait(self) -> None:
        ends = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/")
                return
            except httpx.TransportError:
                if self.process.poll() is not None or time.monotonic() > ends:
                    raise Refused(self.process.stderr.read()) from None
                time.sleep(0.02)

    def ask(self, path: str, headers: dict[str, str] | None = None) -> Response:
        """GET the path exactly as it is written."""
        request = httpx.Request("GET", f"http://127.0.0.1:{self.port}/", headers=headers)
        request.extensions["target"] = path.encode()
        with httpx.Client() as client:
            response = client.send(request)
        if response.status_code != 200:
            return Response(response.status_code)
        seen = response.json()
        return Response(200, seen["headers"]["X-Seen-By"], seen["path"], seen["headers"])

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.services.shutdown()
        self.services.server_close()
