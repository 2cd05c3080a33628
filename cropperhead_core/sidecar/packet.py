"""XMP packets: bytes to a tree and back, and whether a change kept everything else.

lxml edits (it keeps what it does not know), Adobe's own parser (python-xmp-toolkit on libexempi)
reads what came out as an independent witness.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from lxml import etree

from cropperhead_core.errors import DamagedSidecar, ToolError

from .files import MAX_BYTES
from .namespaces import META, RDF, tag

__all__ = [
    "NEW",
    "adobe_parser",
    "descriptions",
    "packed",
    "parsed",
    "properties",
    "rdf_of",
    "require_kept",
]

NEW = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="CropperHead">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""/>
 </rdf:RDF>
</x:xmpmeta>
"""
"""A packet without properties."""
DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")
BETWEEN = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
"""What may stand before and behind the root: space, instructions, comments."""
PROLOG = re.compile(rf"\ufeff?{BETWEEN.pattern}", re.DOTALL)
OPENING = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
UTF_16 = (
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
WINDOWS_LINES = re.compile(r"(?:[^\r\n]*\r\n)+[^\r\n]*")
ENCODING = re.compile(r"encoding\s*=\s*[\"']([\w.-]+)")
LIBEXEMPI = "libexempi.so.8"

Tree = Any
Properties = set[tuple[str, str, str]]


def parsed(data: bytes, name: object) -> Tree:
    """The tree of a packet; raises `DamagedSidecar`, naming the file, if it may not be edited.

    Refused: malformed or oversized ones, ones with a document type (so no entities), ones whose
    root is no XMP.
    """
    if len(data) > MAX_BYTES:
        raise DamagedSidecar(
            f"expected a sidecar of at most {MAX_BYTES >> 20} MB, got {len(data) >> 20} in {name}"
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False
    )
    try:
        tree = etree.fromstring(data, parser).getroottree()
    except (etree.XMLSyntaxError, ValueError) as error:
        because = " ".join(str(error).split())
        message = f"expected well-formed XMP, check or move away {name}: {because}"
        raise DamagedSidecar(message) from error
    if tree.docinfo.internalDTD is not None or tree.docinfo.doctype:
        raise DamagedSidecar(f"expected XMP without a document type, check or move away {name}")
    if tree.getroot().tag not in (tag(META, "xmpmeta"), tag(META, "xapmeta"), tag(RDF, "RDF")):
        raise DamagedSidecar(f"expected XMP, got other XML, check or move away {name}")
    return tree


def packed(tree: Tree, data: bytes, name: object) -> bytes:
    """The bytes of a tree that was changed since it was parsed from `data`.

    What is around its root (byte order mark, declaration, packet wrapper, padding) stays, and so
    do the encoding and Windows' ends of lines. Raises `DamagedSidecar` for an encoding that lxml
    knows and Python does not.
    """
    codec, root = _codec(data), tree.getroot()
    try:
        text = data.decode(codec)
    except (UnicodeError, LookupError) as error:
        message = f"expected an encoding that can be read, got {codec}, save anew {name}: {error}"
        raise DamagedSidecar(message) from error
    start, end = _span(text, root)
    said = etree.tostring(root, encoding="unicode", with_tail=False)
    if WINDOWS_LINES.fullmatch(text[start:end]):  # XML reads each end as \n (section 2.11)
        said = said.replace("\n", "\r\n")
    return (text[:start] + said + text[end:]).encode(codec, "xmlcharrefreplace")


def _span(text: str, root: Tree) -> tuple[int, int]:
    """Where the root begins and ends in the text that it was parsed from."""
    start = _behind(PROLOG, text, 0)
    opened = _behind(OPENING, text, start)
    if text[:opened].endswith("/>"):
        return start, opened
    local = etree.QName(root).localname
    name = f"{root.prefix}:{local}" if root.prefix else local
    ends = [found.end() for found in re.finditer(rf"</{re.escape(name)}\s*>", text)]
    # Comments may hold it too; only what is between things ends at the root's own end.
    last = next((end for end in ends if _behind(BETWEEN, text, end) == len(text)), len(text))
    return start, last


def _behind(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where what fits the pattern here ends."""
    found = pattern.match(text, start)
    return found.end() if found else start


def rdf_of(tree: Tree, name: object) -> Tree:
    """The rdf:RDF element; raises `DamagedSidecar` when there is none."""
    root = tree.getroot()
    rdf = root if root.tag == tag(RDF, "RDF") else root.find(tag(RDF, "RDF"))
    if rdf is None:
        raise DamagedSidecar(f"expected rdf:RDF in the XMP, check or move away {name}")
    return rdf


def descriptions(tree: Tree, name: object) -> list[Tree]:
    """The top rdf:Descriptions; snapshots nest others deeper, which are none of ours."""
    return list(rdf_of(tree, name).findall(tag(RDF, "Description")))


def require_kept(
    before: bytes | None, after: bytes, is_ours: Callable[[str, str], bool], name: object
) -> None:
    """Raises `DamagedSidecar` unless Adobe's parser reads `after` and the rest is as before.

    is_ours(namespace, name) says which top properties may differ. Names come without their prefix:
    Adobe's parser keeps one prefix for a namespace as long as the process lives, whichever it met
    first.
    """
    if before is None:
        _read(after, name)
        return
    then, now = _others(before, is_ours, name), _others(after, is_ours, name)
    if then != now:
        path = min(then ^ now)[1]
        raise DamagedSidecar(f"writing would have changed {path}, so nothing was written to {name}")


def _others(data: bytes, is_ours: Callable[[str, str], bool], name: object) -> Properties:
    return {each for each in properties(data, name) if not is_ours(each[0], _top(each[1]))}


def _top(path: str) -> str:
    """The name of the top property that a path leads into: history of dt:history[1]/dt:num."""
    return re.split(r"[\[/]", path, maxsplit=1)[0].rsplit(":", maxsplit=1)[-1]


def properties(data: bytes, name: object) -> Iterator[tuple[str, str, str]]:
    """Namespace, path and value of every property, as Adobe's parser sees them."""
    _, object_to_dict = adobe_parser()
    for namespace, entries in object_to_dict(_read(data, name)).items():
        for path, value, *_ in entries:
            yield namespace, path, str(value)


def _read(data: bytes, name: object) -> Any:
    """The packet as Adobe's parser reads it; raises `DamagedSidecar`."""
    libxmp, _ = adobe_parser()
    meta = libxmp.XMPMeta()
    try:
        meta.parse_from_str(_text(data), xmpmeta_wrap=False)
    except (libxmp.XMPError, UnicodeError, LookupError) as error:
        raise DamagedSidecar(f"Adobe's parser cannot read {name}: {error}") from error
    return meta


@cache
def adobe_parser() -> tuple[Any, Any]:
    """python-xmp-toolkit and its reader of packets, ready for use; raises `ToolError`."""
    try:
        import libxmp
        from libxmp.exempi import EXEMPI, init
        from libxmp.utils import object_to_dict

        # By its name the loader finds it faster than the toolkit, and in LD_LIBRARY_PATH too.
        with suppress(OSError):
            EXEMPI._exempi = ctypes.CDLL(LIBEXEMPI)
        init()
    except Exception as error:
        raise ToolError("cannot load libexempi: apt install libexempi8 brings it") from error
    return libxmp, object_to_dict


def _text(data: bytes) -> str:
    """The packet as text, without the XML declaration: exempi takes only UTF-8."""
    text = data.decode(_codec(data)).removeprefix("\ufeff")
    head = DECLARATION.match(text)
    return text[head.end() :] if head else text


def _codec(data: bytes) -> str:
    """The encoding of XML, by its first bytes or its declaration; a byte order mark is text."""
    for first, codec in UTF_16:
        if data.startswith(first):
            return codec
    head = DECLARATION.match(data[:200].removeprefix(b"\xef\xbb\xbf").decode("latin-1"))
    said = head and ENCODING.search(head.group())
    return said.group(1) if said else "utf-8"
