"""`manage.py payment import_vouchers`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.payment.vouchers.models import Voucher, VoucherCode

pytestmark = pytest.mark.django_db
WELCOME: dict[str, Any] = {"name": "Welcome", "codes": ["WELCOME10"], "kind": "percentage", "percentage": 10}


def run(folder: Path, *documents: Any) -> None:
    file = folder / "vouchers.json"
    file.write_text(json.dumps(list(documents)))
    call_command("import_vouchers", str(file))


def test_import_again_updates_the_terms_and_adds_codes(tmp_path):
    run(tmp_path, WELCOME)
    run(tmp_path, WELCOME | {"percentage": 20, "codes": ["welcome10", "HELLO"], "ends_at": "2099-01-01T00:00:00Z"})
    voucher = Voucher.objects.get()
    assert voucher.percentage == 20
    assert voucher.ends_at.year == 2099
    assert set(voucher.codes.values_list("code", flat=True)) == {"WELCOME10", "HELLO"}


@pytest.mark.parametrize(
    "document",
    [
        WELCOME | {"percentage": 101},
        WELCOME | {"percentage": None},
        WELCOME | {"kind": "gift"},
        WELCOME | {"codes": []},
        WELCOME | {"codes": ["a b!"]},
        WELCOME | {"code": "X"},
        WELCOME | {"starts_at": "soon"},
        WELCOME | {"categories": "home"},
        {"name": "Without codes"},
        "WELCOME10",
    ],
)
def test_invalid_voucher_is_refused_and_nothing_is_written(tmp_path, document):
    with pytest.raises(CommandError, match="cannot be imported"):
        run(tmp_path, WELCOME | {"codes": ["FIRST"]}, document)
    assert not Voucher.objects.exists()
    assert not VoucherCode.objects.exists()


def test_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be imported"):
        call_command("import_vouchers", str(tmp_path / "none.json"))
