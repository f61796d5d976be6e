"""The metadata by which programs recognise a PDF as an e-invoice (Factur-X 1.0, section 6.2; XMP, ISO 16684-1).

Typst writes PDF/A-3 with the XML attached, but no properties of others. They are appended as an incremental update
(ISO 32000-1, 7.5.6): the metadata stream once more, with them in it, and a table of where it is now.
"""

from __future__ import annotations

import re

# Typst's files have one table of objects, at the end, and metadata that are not compressed, as PDF/A wants.
METADATA = re.compile(rb"/Type/Catalog\b.*?/Metadata (\d+) 0 R", re.DOTALL)
TRAILER = re.compile(rb"trailer\s*<<(?P<entries>.*)>>\s*startxref\s*(?P<start>\d+)\s*%%EOF\s*\Z", re.DOTALL)
SCHEMAS = b"<pdfaExtension:schemas><rdf:Bag>"
END = b"</rdf:Description></rdf:RDF>"
URI = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": ("factur-x.xml", "The name of the embedded XML document"),
    "DocumentType": ("INVOICE", "The type of the hybrid document in capital letters"),
    "Version": ("1.0", "The actual version of the standard applying to the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
}


def add_invoice_metadata(pdf: bytes) -> bytes:
    """The file with the properties of Factur-X. Raises ValueError for a file that Typst has not written."""
    catalog, trailer = METADATA.search(pdf), TRAILER.search(pdf)
    if catalog is None or trailer is None:
        raise ValueError("The file is not laid out as Typst does it.")
    number = int(catalog[1])
    stream = _with_properties(_stream(pdf, number))
    head = b"%d 0 obj\n<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n" % (number, len(stream))
    body = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    updated = body + head + stream + b"\nendstream\nendobj\n"
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n" % (number, len(body))
    entries = b"<<%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer["entries"], int(trailer["start"]), len(updated))
    return updated + table + entries


def _stream(pdf: bytes, number: int) -> bytes:
    start = pdf.find(b"\n%d 0 obj" % number)
    begin = pdf.find(b"<?xpacket begin", start)
    end = pdf.find(b"endstream", begin)
    if min(start, begin, end) < 0:
        raise ValueError("The file has no metadata that can be read.")
    return pdf[begin:end].rstrip(b"\r\n")


def _with_properties(stream: bytes) -> bytes:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _text) in PROPERTIES.items())
    described = f'</rdf:Description><rdf:Description rdf:about="" xmlns:fx="{URI}">{values}{END.decode()}'
    if stream.count(SCHEMAS) != 1 or stream.count(END) != 1:
        raise ValueError("The file's metadata are not laid out as Typst does it.")
    return stream.replace(SCHEMAS, SCHEMAS + _schema().encode()).replace(END, described.encode())


def _schema() -> str:
    """PDF/A wants every property that is not its own described."""
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        f"<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"
        for name, (_value, text) in PROPERTIES.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{URI}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
