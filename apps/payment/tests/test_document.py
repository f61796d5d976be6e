from __future__ import annotations

from pathlib import Path

from django.core.management import call_command

DOCUMENT = Path(__file__).resolve().parents[1] / "openapi.yaml"


def test_the_checked_in_openapi_document_is_fresh_and_without_warnings(tmp_path):
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(fresh), validate=True, fail_on_warn=True)
    assert fresh.read_text() == DOCUMENT.read_text(), (
        "run: manage.py payment spectacular --file apps/payment/openapi.yaml"
    )
