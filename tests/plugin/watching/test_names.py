"""Which names are photos of a person's, and which belong together."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_plugin.watching.names import (
    Group,
    Patterns,
    groups,
)

names = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["IMG_1", "IMG_2", "a.b", "ä"]),
        st.sampled_from([".jpg", ".JPG", ".cr2", ".nef", ".dng", ".tif", ".heic", ".txt"]),
        st.sampled_from(["", ".xmp", ".XMP"]),
    ),
)


@given(listed=st.sets(names))
def test_every_photo_is_in_exactly_one_group(listed: set[str]) -> None:
    photos = [name for name in listed if not name.lower().endswith((".xmp", ".txt"))]
    found = [name for group in groups(listed) for name in (group.leader, *group.twins)]
    assert sorted(found) == sorted(photos)


@given(listed=st.lists(names, unique=True), seed=st.randoms())
def test_groups_do_not_depend_on_the_order_of_the_names(listed: list[str], seed: object) -> None:
    shuffled = sorted(listed, key=lambda name: hash((name, str(seed))))
    assert groups(listed) == groups(shuffled)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (["a.jpg"], [Group("a.jpg")]),
        (["a.CR2", "a.JPG"], [Group("a.CR2", ("a.JPG",))]),
        (["a.dng", "a.jpg"], [Group("a.dng", ("a.jpg",))]),
        (["a.nef", "a.heic", "a.jpg"], [Group("a.nef", ("a.heic", "a.jpg"))]),
        (["a.cr2", "a.tif"], [Group("a.cr2"), Group("a.tif")]),
        (["a.cr2", "a.dng", "a.jpg"], [Group("a.cr2", ("a.jpg",)), Group("a.dng")]),
        (["a.cr2", "a.jpg", "a.nef"], [Group("a.cr2"), Group("a.jpg"), Group("a.nef")]),
        (["A.cr2", "a.jpg"], [Group("A.cr2"), Group("a.jpg")]),
        (["a.cr2", "a.cr2.xmp", "a.xmp"], [Group("a.cr2", (), ("a.cr2.xmp", "a.xmp"))]),
        (["a.jpg.xmp", "a.jpg", "b.xmp"], [Group("a.jpg", (), ("a.jpg.xmp",))]),
        (["notes.txt", "film.mp4"], []),
    ],
)
def test_raw_jpeg_and_sidecars_are_one(listed: list[str], expected: list[Group]) -> None:
    assert groups(listed) == expected


@pytest.mark.parametrize(
    ("include", "exclude", "taken"),
    [
        ([], [], True),
        (["*.jpg"], [], True),
        (["*.cr2"], [], False),
        (["DCIM/*"], [], True),
        (["100CANON/*"], [], False),
        ([], ["DCIM/*"], False),
        ([], ["IMG_*"], False),
        (["*.jpg"], ["*IMG*"], False),
    ],
)
def test_patterns_are_of_the_name_or_the_path_below(
    include: list[str], exclude: list[str], taken: bool
) -> None:
    assert Patterns(include, exclude).take(PurePath("DCIM/100CANON/IMG_1.jpg")) == taken
