"""`manage.py demo`: pictures, films, accounts, catalogue and a few orders, through the doors that everybody uses."""

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
from typing import Any

from house.config import ROOT, House
from house.demo import data
from house.demo.progress import Progress
from house.errors import HouseError

TIMEOUT = 30


def main(argv: list[str]) -> int:
    """Load the demo into the running house; again and again with the same result. Raises HouseError."""
    from house.demo import clips
    from house.demo.art import draw

    house = House.from_environment()
    _require_running(house)
    folder = house.folder("demo")
    started = time.monotonic()
    films = data.films()
    with Progress() as progress:
        pictures = folder / "images"
        step = progress.step("drawing pictures", len(films) + len(data.goods()))
        draw.draw_all(pictures, step.to)
        # The catalogue needs only the pictures, so it is loaded while the films are made.
        with ThreadPoolExecutor(3) as pool:
            jobs = [
                pool.submit(_import_users, folder, progress),
                pool.submit(_import_catalogue, folder, pictures, progress),
            ]
            sources = _sources(folder, films, pictures)
            step = progress.step("making clips", len(films))
            clips.make_all(films, pictures, sources, on_done=step.advance)
            jobs.append(pool.submit(_import_titles, folder, sources, progress))
            for job in jobs:
                job.result()
        _place_orders(house, progress)
    print(f"The demo is loaded, in {time.monotonic() - started:.0f} s.", flush=True)
    return 0


def _require_running(house: House) -> None:
    """Raises HouseError when nobody would answer, before minutes of drawing are spent."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", house.port)):
            raise HouseError(f"No house is running on port {house.port}. Start it with `make up`, then try again.")


def _sources(folder: Path, films: list[dict[str, Any]], pictures: Path) -> Path:
    """Posters and captions beside where the clips will lie."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for film in films:
        shutil.copyfile(pictures / f"{film['slug']}.webp", sources / f"{film['slug']}.webp")
        (sources / f"{film['slug']}.en.vtt").write_text(data.captions(film))
    return sources


def _import_users(folder: Path, progress: Progress) -> None:
    step = progress.step("opening accounts", 1)
    _manage("auth", "import_users", _written(folder / "users.json", data.users()))
    step.advance("accounts")


def _import_catalogue(folder: Path, pictures: Path, progress: Progress) -> None:
    catalogue = data.catalogue()
    step = progress.step("filling the shelves", len(catalogue["products"]))
    file = _written(folder / "catalogue.json", catalogue)
    _manage("catalog", "import_products", file, "--images", str(pictures), on_progress=step.to)


def _import_titles(folder: Path, sources: Path, progress: Progress) -> None:
    step = progress.step("encoding films", 100)
    file = _written(folder / "titles.json", data.titles())
    _manage("video", "import_titles", file, "--sources", str(sources), "--wait", on_progress=step.to)


def _written(path: Path, content: Any) -> str:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    return str(path)


def _manage(service: str, *arguments: str, on_progress: Callable[[int, int, str], None] | None = None) -> None:
    """Run a command of a service; lines `progress 3/60 words` move the bar. Raises HouseError with its last word."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), service, *arguments],
        # Unbuffered, so that its last line is its last word.
        env=_without_service_settings(environment) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    last = ""
    for line in process.stdout or ():
        words = line.strip()
        last = words or last
        if words.startswith("progress ") and on_progress:
            count, _, name = words.removeprefix("progress ").partition(" ")
            done, _, total = count.partition("/")
            on_progress(int(done), int(total), name)
    if process.wait() != 0:
        raise HouseError(f"`manage.py {service} {arguments[0]}` failed: {last}")


def _without_service_settings(environment: dict[str, str]) -> dict[str, str]:
    """The demo is started with the storefront's variables; each command must find its own service's."""
    from house.config import SERVICES

    house = House.from_environment()
    foreign = {name for service in SERVICES for name in house.environment(service)}
    return {name: value for name, value in environment.items() if name not in foreign or name == "PUBLIC_URL"}


# --- orders, as a customer places them -------------------------------------------------------------------------


def _place_orders(house: House, progress: Progress) -> None:
    """Through the gateway and the real checkout. Customers who have ordered before do not order again."""
    import httpx

    step = progress.step("placing orders", len(data.ORDERS))
    api = f"{os.environ.get('PUBLIC_URL', house.public_url)}/api"
    with httpx.Client(timeout=TIMEOUT) as client:
        tokens = {email: _sign_in(client, api, email) for email in {email for email, _ in data.ORDERS}}
        bought = {email: _has_ordered(client, api, token) for email, token in tokens.items()}
        for number, (email, lines) in enumerate(data.ORDERS):
            if not bought[email]:
                _order(client, api, tokens[email], email, lines, key=f"demo-{number}")
            step.advance(email)


def _answer(response: Any) -> Any:
    if not response.is_success:
        raise HouseError(f"{response.request.url} answered {response.status_code}: {response.text[:300]}")
    return response.json()


def _sign_in(client: Any, api: str, email: str) -> dict[str, str]:
    body = {"email": email, "password": data.PASSWORD}
    return {"Authorization": f"Bearer {_answer(client.post(f'{api}/auth/v1/tokens', json=body))['access']}"}


def _has_ordered(client: Any, api: str, token: dict[str, str]) -> bool:
    return bool(_answer(client.get(f"{api}/payment/v1/orders", headers=token))["results"])


def _order(client: Any, api: str, token: dict[str, str], email: str, lines: list[tuple[str, int]], *, key: str) -> None:
    cart = _answer(client.post(f"{api}/payment/v1/carts", json={}, headers=token))
    for sku, quantity in lines:
        line = client.put(
            f"{api}/payment/v1/carts/{cart['id']}/lines/{sku}", json={"quantity": quantity}, headers=token
        )
        cart = _answer(line)
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    method = _answer(client.post(f"{api}/payment/v1/payment-methods", json={"card": card}, headers=token))
    order: dict[str, Any] = {"cart": cart["id"], "payment_method": method["id"]}
    if cart["requires_shipping"]:
        order["shipping_method"] = "standard"
        order["shipping_address"] = data.ADDRESSES[email]
    _answer(client.post(f"{api}/payment/v1/orders", json=order, headers=token | {"Idempotency-Key": key}))
