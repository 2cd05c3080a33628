"""A changed file is led back to every byte it had."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cropperhead_plugin.delta import Keepsake, changed, restored

texts = st.binary(max_size=60) | st.text("ab", max_size=60).map(str.encode)


@given(before=texts, after=texts)
def test_what_changed_leads_back(before: bytes, after: bytes) -> None:
    assert restored(after, changed(before, after)) == before


@given(head=texts, old=st.binary(max_size=20), new=texts, tail=texts)
def test_only_what_changed_is_kept(head: bytes, old: bytes, new: bytes, tail: bytes) -> None:
    assert len(changed(head + old + tail, head + new + tail)) <= len(old) + 16


def test_a_file_that_stayed_needs_no_bytes() -> None:
    assert len(changed(b"same" * 1000, b"same" * 1000)) == 16


@given(before=texts, after=texts, packet=st.none() | texts)
def test_a_keepsake_survives_the_journal(before: bytes, after: bytes, packet: bytes | None) -> None:
    kept = Keepsake.of(before, after, packet)
    assert Keepsake.unpacked(kept.packed()) == kept


def test_a_photo_that_changed_all_over_is_not_kept_whole() -> None:
    assert Keepsake.of(b"a" * (5 << 20), b"b" * (5 << 20), None).delta is None
