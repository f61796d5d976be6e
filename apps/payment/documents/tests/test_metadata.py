"""Programs find out that a PDF is an e-invoice without opening its attachments."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from apps.payment.documents.metadata import PROPERTIES, add_invoice_metadata
from apps.payment.documents.tests.test_letters import NOW, SLIP
from apps.payment.documents.typesetting import typeset


def test_properties_are_in_the_metadata_that_readers_find() -> None:
    made = typeset("packing_slip", SLIP, made_at=NOW)
    updated = add_invoice_metadata(made)
    assert updated.startswith(made)
    reader = PdfReader(io.BytesIO(updated), strict=True)
    stream = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    for name, (value, _text) in PROPERTIES.items():
        assert f"<fx:{name}>{value}</fx:{name}>" in stream
        assert f"<pdfaProperty:name>{name}</pdfaProperty:name>" in stream
    assert "<pdfaid:part>3</pdfaid:part>" in stream
    assert reader.xmp_metadata.dc_title == {"x-default": "Packing slip"}
    assert len(reader.pages) == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF", b"no PDF"])
def test_a_file_of_another_program_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="Typst"):
        add_invoice_metadata(content)
