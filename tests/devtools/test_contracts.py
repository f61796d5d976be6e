"""The rules of the structure hold because a check says so: each planted violation is found by its contract."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.checks import code_lists
from devtools.project import ROOT

IMPORT = "from {module} import {name}\n"
LATE_IMPORT = """

def read_late():
    from {module} import {name}

    return {name}
"""
TYPES_ONLY = """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from {module} import {name}
"""


@dataclass(frozen=True)
class Violation:
    """Code put at the end of a module, and the contract that has to be broken by it."""

    path: str
    code: str
    contract: str


def importing(path: str, module: str, name: str, contract: str, *, how: str = IMPORT) -> Violation:
    return Violation(path, "\n" + how.format(module=module, name=name), contract)


VIOLATIONS = {
    "a service imports another": importing(
        "apps/ui/storefront/carts.py", "apps.payment.carts", "models", "Services know nothing of each other"
    ),
    "the common library imports a service": importing(
        "apps/common/links.py", "apps.auth.accounts", "models", "The common library knows no service"
    ),
    "a service imports the developers' tools": importing(
        "apps/video/titles/selectors.py", "devtools.stack", "config", "Services do not know how they are run"
    ),
    "products know the read model": importing(
        "apps/catalog/products/slugs.py", "apps.catalog.discovery", "models", "catalog: Django apps form layers"
    ),
    "a late import gets round a layer": importing(
        "apps/catalog/inventory/stock.py",
        "apps.catalog.discovery",
        "models",
        "catalog: Django apps form layers",
        how=LATE_IMPORT,
    ),
    "an import for types alone runs upwards": importing(
        "apps/catalog/products/slugs.py",
        "apps.catalog.backoffice",
        "dashboard",
        "catalog: Django apps form layers",
        how=TYPES_ONLY,
    ),
    "an API imports the API of another app": importing(
        "apps/payment/carts/api/views.py",
        "apps.payment.payments.api",
        "serializers",
        "The API of one app imports no API of another",
    ),
    "models call services": importing(
        "apps/video/encoding/models.py",
        "apps.video.encoding",
        "services",
        "The modules of video's apps form layers",
    ),
    "a service imports its tasks": importing(
        "apps/video/encoding/services.py",
        "apps.video.encoding",
        "tasks",
        "The modules of video's apps form layers",
    ),
    "orders know the checkout": importing(
        "apps/payment/orders/selectors.py", "apps.payment.checkout", "services", "The apps of payment form layers"
    ),
    "a payment provider knows another module of the registry": importing(
        "apps/payment/payments/providers/base.py",
        "apps.payment.payments.providers",
        "registry",
        "Payment providers know their interface alone",
    ),
    "accounts know sessions": importing(
        "apps/auth/accounts/selectors.py", "apps.auth.tokens", "models", "The apps of auth form layers"
    ),
    "a service imports what helps its tests": importing(
        "apps/auth/accounts/selectors.py", "apps.common.testing", "clients", "Only tests import tests"
    ),
    "a service imports tests of its own": importing(
        "apps/catalog/products/slugs.py", "apps.catalog.tests", "conftest", "Only tests import tests"
    ),
    "an app imports the tests of another": importing(
        "apps/payment/checkout/services.py", "apps.payment.carts.tests", "test_carts", "Only tests import tests"
    ),
    "the library imports a test's fixtures": importing(
        "apps/common/links.py", "apps.common.outbox.tests.conftest", "feed", "Only tests import tests", how=LATE_IMPORT
    ),
    "an app imports the addresses of its service": importing(
        "apps/auth/accounts/selectors.py", "apps.auth", "urls", "The apps of auth form layers"
    ),
    "an app imports the settings of its service": importing(
        "apps/video/titles/selectors.py", "apps.video", "settings", "The apps of video form layers"
    ),
    "a service of the library imports what calls it": importing(
        "apps/common/revocation/services.py",
        "apps.common.revocation",
        "tasks",
        "The modules of the common library's apps form layers",
    ),
    "a form of the admin imports a page": importing(
        "apps/catalog/backoffice/admin/forms.py",
        "apps.catalog.backoffice.admin",
        "stock",
        "catalog.backoffice.admin: pages > their parts > forms",
    ),
    "a view of the staff's API imports another": importing(
        "apps/catalog/backoffice/api/stock_views.py",
        "apps.catalog.backoffice.api",
        "review_views",
        "catalog.backoffice.api: urls > views > serializers",
    ),
    "the stack imports the demo": importing(
        "devtools/stack/up.py", "devtools.demo", "run", "The developers' tools form layers"
    ),
    "the outbox knows the staff's sessions": importing(
        "apps/common/outbox/services.py",
        "apps.common.staff",
        "models",
        "The apps of the common library form layers",
    ),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the code that the contracts are about."""
    copy = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("node_modules", "__pycache__", "static", "templates", "data", "art")
    for folder in ("apps", "devtools"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def broken_contracts(tree: Path) -> list[str]:
    """Names of the contracts that import-linter reports as broken; fails when it could not read the code."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    run = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return [line.removesuffix(" BROKEN") for line in run.stdout.splitlines() if line.endswith(" BROKEN")]


def test_the_code_itself_breaks_no_contract(tree):
    assert broken_contracts(tree) == []


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(tree, name):
    violation = VIOLATIONS[name]
    path = tree / violation.path
    original = path.read_text()
    path.write_text(original + violation.code)
    try:
        assert violation.contract in broken_contracts(tree)
    finally:
        path.write_text(original)


def test_imports_of_tests_that_cross_services_are_found(tmp_path):
    """`tests` is no package of import-linter's."""
    (tmp_path / "apps").mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "apps" / "module.py").write_text("from tests.conftest import until\n\nuntil()\n")
    command = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "--select", "TID251", "."]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "TID251" in run.stdout


def test_every_contract_says_why():
    """In a comment before its table or before its name."""
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    starts = [number for number, line in enumerate(lines) if line == "[[tool.importlinter.contracts]]"]
    assert starts
    silent = [lines[at + 1] for at in starts if not lines[at - 1].startswith("#") and not lines[at + 1].startswith("#")]
    assert silent == []


def test_no_contract_ignores_an_import():
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()


SECOND_LISTS = {
    "a list": 'CURRENCIES = ["EUR", "USD", "CHF", "GBP", "JPY", "KWD", "XCG", "AUD", "CAD", "SEK"]\n',
    "a text": 'CURRENCIES = "EUR USD CHF GBP JPY KWD XCG AUD CAD SEK".split()\n',
    "a dict": 'NAMES = {"DE": 1, "AT": 2, "CH": 3, "FR": 4, "IT": 5, "ES": 6, "PT": 7, "NL": 8, "BE": 9, "PL": 10}\n',
}


@pytest.mark.parametrize("form", SECOND_LISTS)
def test_a_second_list_of_currencies_or_countries_is_found(tmp_path, form):
    (tmp_path / "module.py").write_text(SECOND_LISTS[form])
    assert len(code_lists.findings(tmp_path)) == 1


def test_a_few_codes_are_a_choice_and_no_list(tmp_path):
    (tmp_path / "module.py").write_text('DELIVERED = ["DE", "AT", "CH"]\nUNITS = ["kg", "cm", "ml", "l"]\n')
    assert code_lists.findings(tmp_path) == []
