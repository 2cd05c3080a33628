"""Packets: what is around the properties stays, and what may not be edited is refused."""

from __future__ import annotations

import pytest
from lxml import etree

from cropperhead_core.errors import DamagedSidecar
from cropperhead_core.sidecar.packet import MAX_BYTES, descriptions, packed, parsed, require_kept

BODY = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" rdf:about="" dc:format="Käse"/>
 </rdf:RDF>
</x:xmpmeta>"""
DECLARED = "<?xml version='1.0'  encoding='UTF-8'?>\n"
WRAPPED = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', "\n" + " " * 2000
END = '\n<?xpacket end="w"?>'

AROUND = {
    "bare": ("", ""),
    "line": ("", "\n"),
    "windows": (DECLARED.replace("\n", "\r\n"), "\r\n\r\n"),
    "declared": (DECLARED, "\n"),
    "comment": ("<!-- <x:xmpmeta> -->\n", "\n<!-- that was </x:xmpmeta> -->\n"),
    "packet": (WRAPPED[0], WRAPPED[1] + END),
    "mark": ("\ufeff", "\n"),
    "mark and packet": ("\ufeff" + WRAPPED[0], WRAPPED[1] + END),
}


def changed(data: bytes) -> bytes:
    """The packet after one property was changed."""
    tree = parsed(data, "a.xmp")
    descriptions(tree, "a.xmp")[0].set("{http://purl.org/dc/elements/1.1/}format", "Brötchen")
    return packed(tree, data, "a.xmp")


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
def test_windows_ends_of_lines_stay(codec: str) -> None:
    mark = "\ufeff" if codec != "utf-8" else ""
    said = mark + BODY.replace("\n", "\r\n")
    expected = said.replace("Käse", "Brötchen")
    assert changed(said.encode(codec)).decode(codec) == expected


def test_mixed_ends_of_lines_become_one_kind() -> None:
    mixed = BODY.replace("\n", "\r\n", 1).encode()
    assert b"\r" not in changed(mixed)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_what_is_around_the_root_stays(around: str, codec: str) -> None:
    before, after = AROUND[around]
    if codec != "utf-8":
        before = "\ufeff" + before.lstrip("\ufeff").replace("UTF-8", "UTF-16")
    written = changed((before + BODY + after).encode(codec)).decode(codec)
    assert written.startswith(before)
    assert written.endswith("</x:xmpmeta>" + after)
    assert 'dc:format="Brötchen"' in written


@pytest.mark.parametrize("said", ['encoding="ISO-8859-1"', "encoding = 'ISO-8859-1' "])
def test_latin_1_stays_latin_1(said: str) -> None:
    data = (f'<?xml version="1.0" {said}?>' + BODY).encode("latin-1")
    assert 'dc:format="Brötchen"' in changed(data).decode("latin-1")


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ("encoding='VISCII'", BODY.replace("ä", "a").encode()),
        (" " * 200 + "encoding='ISO-8859-1'", BODY.encode("latin-1")),
    ],
    ids=["unknown to Python", "said too late"],
)
def test_an_encoding_that_only_lxml_reads_is_refused(said: str, body: bytes) -> None:
    data = f"<?xml version='1.0' {said}?>".encode() + body
    with pytest.raises(DamagedSidecar, match=r"an encoding that can be read, got .* a\.xmp: "):
        changed(data)


@pytest.mark.parametrize("inside", ["", " <!-- </rdf:RDF> -->"])
def test_what_is_behind_a_root_that_closes_itself_stays(inside: str) -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    root = f"<rdf:RDF xmlns:rdf='{rdf}' note='a > b'/>"
    data = f"<?xml version='1.0'?>\n{root}{inside}\n{END}".encode()
    assert packed(parsed(data, "a.xmp"), data, "a.xmp").decode().endswith(f"/>{inside}\n{END}")


def test_an_unchanged_packet_in_canonical_form_is_the_same_bytes() -> None:
    data = BODY.encode()
    tree = parsed(data, "a.xmp")
    assert packed(tree, data, "a.xmp") == etree.tostring(tree, encoding="UTF-8")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected well-formed XMP"),
        (bytes(4096), "expected well-formed XMP"),
        (BODY.encode()[:-20], "expected well-formed XMP"),
        (BODY.encode("latin-1"), "expected well-formed XMP"),
        (b"<svg/>", "expected XMP, got other XML"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + BODY.encode(), "without a document type"),
        (BODY.encode().ljust(MAX_BYTES + 1), "at most 32 MB, got 32"),
        (BODY.replace('dc:format="', 'dc:format="" dc:format="').encode(), "well-formed"),
    ],
    ids=["empty", "zeros", "cut", "not utf-8", "svg", "doctype", "huge", "said twice"],
)
def test_what_may_not_be_edited_is_refused_by_name(data: bytes, message: str) -> None:
    with pytest.raises(DamagedSidecar, match=rf"{message}.*in a\.xmp|{message}.*a\.xmp"):
        parsed(data, "a.xmp")


def test_a_packet_without_rdf_is_refused() -> None:
    with pytest.raises(DamagedSidecar, match=r"expected rdf:RDF in the XMP, .* a\.xmp"):
        descriptions(parsed(b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "a.xmp"), "a.xmp")


def test_a_change_beside_the_crop_is_caught_by_adobes_parser() -> None:
    data = BODY.encode()
    with pytest.raises(DamagedSidecar, match=r"would have changed dc:format, .* a\.xmp"):
        require_kept(data, changed(data), lambda _namespace, _name: False, "a.xmp")


def test_what_is_ours_may_change() -> None:
    data = BODY.encode()
    require_kept(data, changed(data), lambda _namespace, name: name == "format", "a.xmp")


def test_what_adobes_parser_cannot_read_is_not_written() -> None:
    with pytest.raises(DamagedSidecar, match=r"Adobe's parser cannot read a\.xmp"):
        require_kept(None, b"<x:xmpmeta", lambda _namespace, _name: False, "a.xmp")
