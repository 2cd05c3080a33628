"""The XML namespaces of what XMP packets say, and the prefixes that they get."""

from __future__ import annotations

from lxml import etree

__all__ = [
    "CROPPERHEAD",
    "CRS",
    "DARKTABLE",
    "META",
    "PHOTOSHOP",
    "RDF",
    "TIFF",
    "XMP",
    "XMP_MM",
    "tag",
]

CRS = "http://ns.adobe.com/camera-raw-settings/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = "http://ns.adobe.com/xap/1.0/"
XMP_MM = "http://ns.adobe.com/xap/1.0/mm/"
TIFF = "http://ns.adobe.com/tiff/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
DARKTABLE = "http://darktable.sf.net/"
CROPPERHEAD = "https://cropperhead.org/ns/1.0/"
META = "adobe:ns:meta/"
PREFIXES = {
    "crs": CRS,
    "xmp": XMP,
    "xmpMM": XMP_MM,
    "tiff": TIFF,
    "photoshop": PHOTOSHOP,
    "darktable": DARKTABLE,
    "cropperhead": CROPPERHEAD,
}
"""For properties of namespaces that a packet did not use yet."""
for _prefix, _namespace in PREFIXES.items():
    etree.register_namespace(_prefix, _namespace)


def tag(namespace: str, name: str) -> str:
    """The name as lxml spells it."""
    return f"{{{namespace}}}{name}"
