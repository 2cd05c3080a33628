"""A photo is touched when it has kept still, once; what failed is tried again, ever more rarely."""

from __future__ import annotations

from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from cropperhead_plugin.watching.entry import FINISHED, Entry, State
from cropperhead_plugin.watching.settling import LONGEST_DELAY_S, Glance, action, delay_s

PATH, SETTLE_S = Path("/photos/a.jpg"), 5.0
stamps = st.tuples(st.integers(0, 3), st.integers(0, 3))
arounds = st.sampled_from(["", "x", "y"])
states: st.SearchStrategy[State] = st.sampled_from(
    ["settling", "waiting", "done", "left", "review", "skipped", "failed"]
)
found = st.builds(Entry, st.just(PATH), stamps, arounds, states, st.floats(0, 100))
seen_ = st.builds(Glance, st.just(PATH), stamps, arounds)
times = st.floats(0, 1000)


@given(seen=seen_, now=times)
def test_a_new_photo_settles(seen: Glance, now: float) -> None:
    assert action(None, seen, now=now, settle_s=SETTLE_S) == "settle"


@given(entry=found, seen=seen_, now=times)
def test_a_changed_photo_settles_whatever_became_of_it(
    entry: Entry, seen: Glance, now: float
) -> None:
    assume(entry.stamp != seen.stamp)
    assert action(entry, seen, now=now, settle_s=SETTLE_S) == "settle"


@given(entry=found, seen=seen_, now=times)
def test_work_begins_only_after_the_settle_time_without_a_change(
    entry: Entry, seen: Glance, now: float
) -> None:
    if action(entry, seen, now=now, settle_s=SETTLE_S) == "work":
        assert entry.state == "settling"
        assert (entry.stamp, entry.around) == (seen.stamp, seen.around)
        assert now >= entry.since + SETTLE_S


@given(entry=found, around=arounds, now=times)
def test_a_finished_photo_is_left_alone_whatever_happens_around_it(
    entry: Entry, around: str, now: float
) -> None:
    assume(entry.state in FINISHED)
    seen = Glance(PATH, entry.stamp, around)
    assert action(entry, seen, now=now, settle_s=SETTLE_S) == "skip"


@given(stamp=stamps, since=times, wait=st.floats(0, 100))
def test_every_photo_that_keeps_still_gets_its_turn(
    stamp: tuple[int, int], since: float, wait: float
) -> None:
    entry, seen = Entry(PATH, stamp, since=since), Glance(PATH, stamp)
    assert action(entry, seen, now=since + wait + SETTLE_S + 1e-6, settle_s=SETTLE_S) == "work"


@given(tries=st.integers(1, 10**6))
def test_delays_grow_up_to_a_limit(tries: int) -> None:
    assert 5 <= delay_s(tries) <= delay_s(tries + 1) <= LONGEST_DELAY_S
