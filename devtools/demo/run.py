"""`manage.py demo`: pictures, films, accounts, catalogue and some orders, through interfaces that all clients use."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from devtools.demo import data
from devtools.demo.progress import Progress
from devtools.errors import DevToolsError
from devtools.project import ROOT
from devtools.stack.config import Stack
from devtools.stack.environment import service_environment

if TYPE_CHECKING:
    import httpx

TIMEOUT = 30
type OnProgress = Callable[[int, int, str], None]


class Shop(Protocol):
    """A shop that the demo is loaded into: the stack on this machine, or one in a cluster (devtools.release.kind)."""

    def manage(
        self,
        service: str,
        command: str,
        document: Path,
        *options: str,
        folder: tuple[str, Path] | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        """Run a command of a service with a document, and with a folder of files under the option that names it.
        Raises DevToolsError with the command's last word."""

    def client(self) -> httpx.Client:
        """A customer's HTTP client at the gateway's /api."""


class LocalShop:
    """The running stack of this folder."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def manage(
        self,
        service: str,
        command: str,
        document: Path,
        *options: str,
        folder: tuple[str, Path] | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        files = [folder[0], str(folder[1])] if folder else []
        _manage(service, command, str(document), *files, *options, on_progress=on_progress)

    def client(self) -> httpx.Client:
        import httpx

        return httpx.Client(base_url=f"{os.environ.get('PUBLIC_URL', self.stack.public_url)}/api", timeout=TIMEOUT)


def main(argv: list[str]) -> int:
    """Load the demo into the running stack; again and again with the same result. Raises DevToolsError."""
    stack = Stack.from_environment()
    _require_running(stack)
    load(LocalShop(stack), stack.folder("demo"))
    return 0


def load(shop: Shop, folder: Path) -> None:
    """Make what is not in the folder yet, and load it. Raises DevToolsError.

    With DEMO_PICTURES=small pictures have half their width: to make and render them takes a quarter of the time.
    """
    from devtools.demo import clips
    from devtools.demo.art import draw

    started = time.monotonic()
    films, episodes = data.films(), data.episodes()
    with Progress() as progress:
        pictures = folder / "images"
        step = progress.step("drawing pictures", len(draw.scenes()))
        draw.draw_all(pictures, step.to, reduction=2 if os.environ.get("DEMO_PICTURES") == "small" else 1)
        # The catalogue needs only the pictures, so it is loaded while the films are made.
        with ThreadPoolExecutor(3) as pool:
            jobs = [
                pool.submit(_import_users, shop, folder, progress),
                pool.submit(_import_catalogue, shop, folder, pictures, progress),
                pool.submit(_import_vouchers, shop, folder, progress),
                pool.submit(_import_plans, shop, folder, progress),
            ]
            sources = _sources(folder, pictures)
            step = progress.step("making clips", len(films) + len(episodes))
            clips.make_all([*films, *episodes], pictures, sources, on_done=step.advance)
            clips.make_trailers(films, sources)
            jobs.append(pool.submit(_import_titles, shop, folder, sources, progress))
            for job in jobs:
                job.result()
        _place_orders(shop, progress)
    print(f"The demo is loaded, in {time.monotonic() - started:.0f} s.", flush=True)


def _require_running(stack: Stack) -> None:
    """Raises DevToolsError when nothing responds, before minutes of drawing are spent."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", stack.port)):
            raise DevToolsError(f"No stack is running on port {stack.port}. Start it with `make up`, then try again.")


def _sources(folder: Path, pictures: Path) -> Path:
    """Posters, stills, logos and captions beside where the clips will lie."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for film in data.films_and_series():
        logo = [f"{film['slug']}.logo.webp"] if film.get("has_logo") else []
        for name in (f"{film['slug']}.webp", *(f"{still.name}.webp" for still in data.stills(film)), *logo):
            shutil.copyfile(pictures / name, sources / name)
    for film in (*data.films(), *data.episodes()):
        (sources / f"{film['slug']}.en.vtt").write_text(data.captions(film))
    return sources


def _import_users(shop: Shop, folder: Path, progress: Progress) -> None:
    step = progress.step("opening accounts", 1)
    shop.manage("auth", "import_users", _written(folder / "users.json", data.users()))
    step.advance("accounts")


def _import_catalogue(shop: Shop, folder: Path, pictures: Path, progress: Progress) -> None:
    catalogue = data.catalogue()
    step = progress.step("importing products", len(catalogue["products"]))
    file = _written(folder / "catalogue.json", catalogue)
    shop.manage("catalog", "import_products", file, folder=("--images", pictures), on_progress=step.to)
    shop.manage("catalog", "import_pages", _written(folder / "pages.json", data.pages()))


def _import_vouchers(shop: Shop, folder: Path, progress: Progress) -> None:
    step = progress.step("making vouchers", 1)
    shop.manage("payment", "import_vouchers", _written(folder / "vouchers.json", data.vouchers()))
    step.advance("vouchers")


def _import_plans(shop: Shop, folder: Path, progress: Progress) -> None:
    step = progress.step("making plans", 1)
    shop.manage("payment", "import_plans", _written(folder / "plans.json", data.plans()))
    step.advance("plans")


def _import_titles(shop: Shop, folder: Path, sources: Path, progress: Progress) -> None:
    step = progress.step("encoding films", 100)
    file = _written(folder / "titles.json", data.titles())
    shop.manage("video", "import_titles", file, "--wait", folder=("--sources", sources), on_progress=step.to)


def _written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    return path


def _manage(service: str, *arguments: str, on_progress: OnProgress | None = None) -> None:
    """Run a command of a service beside the running stack. Raises DevToolsError with its last word."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), service, *arguments],
        # Unbuffered, so that its last line is its last word.
        env=_without_service_settings(environment) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    follow(process, f"manage.py {service} {arguments[0]}", on_progress)


def follow(process: subprocess.Popen[str], name: str, on_progress: OnProgress | None) -> None:
    """Wait for a command; its lines `progress 3/60 words` move the bar. Raises DevToolsError with its last word."""
    last = ""
    for line in process.stdout or ():
        words = line.strip()
        # kubectl's own last line, after the command's.
        last = words if words and not words.startswith("command terminated with exit code") else last
        if words.startswith("progress ") and on_progress:
            count, _, title = words.removeprefix("progress ").partition(" ")
            done, _, total = count.partition("/")
            on_progress(int(done), int(total), title)
    if process.wait() != 0:
        raise DevToolsError(f"`{name}` failed: {last}")


def _without_service_settings(environment: dict[str, str]) -> dict[str, str]:
    """The demo is started with the storefront's variables; each command must find its own service's."""
    from devtools.project import SERVICES

    stack = Stack.from_environment()
    foreign = {name for service in SERVICES for name in service_environment(stack, service)}
    return {name: value for name, value in environment.items() if name not in foreign or name == "PUBLIC_URL"}


# --- orders, as a customer places them -------------------------------------------------------------------------


def _place_orders(shop: Shop, progress: Progress) -> None:
    """Through the gateway and the real checkout. Customers who have ordered before do not order again."""
    step = progress.step("placing orders", len(data.ORDERS))
    with shop.client() as client:
        tokens = {email: _sign_in(client, email) for email in {email for email, _ in data.ORDERS}}
        bought = {email: _has_ordered(client, token) for email, token in tokens.items()}
        for number, (email, lines) in enumerate(data.ORDERS):
            if not bought[email]:
                _order(client, tokens[email], email, lines, key=f"demo-{number}")
            step.advance(email)


def _json_or_raise(response: Any) -> Any:
    if not response.is_success:
        raise DevToolsError(f"{response.request.url} returned {response.status_code}: {response.text[:300]}")
    return response.json()


def _sign_in(client: httpx.Client, email: str) -> dict[str, str]:
    body = {"email": email, "password": data.PASSWORD}
    return {"Authorization": f"Bearer {_json_or_raise(client.post('/auth/v1/tokens', json=body))['access']}"}


def _has_ordered(client: httpx.Client, token: dict[str, str]) -> bool:
    return bool(_json_or_raise(client.get("/payment/v1/orders", headers=token))["results"])


def _order(client: httpx.Client, token: dict[str, str], email: str, lines: list[tuple[str, int]], *, key: str) -> None:
    cart = _json_or_raise(client.post("/payment/v1/carts", json={}, headers=token))
    for sku, quantity in lines:
        line = client.put(f"/payment/v1/carts/{cart['id']}/lines/{sku}", json={"quantity": quantity}, headers=token)
        cart = _json_or_raise(line)
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    method = _json_or_raise(client.post("/payment/v1/payment-methods", json={"card": card}, headers=token))
    order: dict[str, Any] = {"cart": cart["id"], "payment_method": method["id"]}
    if cart["requires_shipping"]:
        order["shipping_method"] = "standard"
        order["shipping_address"] = data.ADDRESSES[email]
    _json_or_raise(client.post("/payment/v1/orders", json=order, headers=token | {"Idempotency-Key": key}))
