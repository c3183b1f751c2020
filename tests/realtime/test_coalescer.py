"""Many changes in few messages, on a clock that the test turns."""

from __future__ import annotations

from saas.realtime.coalescer import Coalescer


class Stage:
    """A clock, what was emitted when, and the flushes that wait."""

    def __init__(self):
        self.now, self.emitted, self.waiting = 100.0, [], []
        self.coalescer = Coalescer(
            lambda room, changes: self.emitted.append((round(self.now, 3), room, changes)),
            lambda function, room: self.waiting.append((function, room)),
            self._sleep,
            clock=lambda: self.now,
        )

    def _sleep(self, seconds):
        self.now += seconds

    def flush(self):
        waiting, self.waiting = self.waiting, []
        for function, room in waiting:
            function(room)


def test_the_first_change_goes_out_at_once_and_later_ones_together_100_ms_after_it():
    stage = Stage()

    stage.coalescer.offer("a", [["p1", "h", 1]])
    stage.now += 0.02
    stage.coalescer.offer("a", [["p2", "h", 1]])
    stage.coalescer.offer("a", [["p3", "h", 1]])
    stage.flush()

    assert stage.emitted == [(100.0, "a", [["p1", "h", 1]]), (100.1, "a", [["p2", "h", 1], ["p3", "h", 1]])]


def test_of_a_place_that_changed_twice_the_highest_revision_is_told_whatever_the_order():
    stage = Stage()

    stage.coalescer.offer("a", [["p1", "h", 1]])
    stage.coalescer.offer("a", [["p1", "s", 3]])
    stage.coalescer.offer("a", [["p1", "f", 2]])
    stage.flush()

    assert stage.emitted[1][2] == [["p1", "s", 3]]


def test_rooms_do_not_wait_for_each_other():
    stage = Stage()

    stage.coalescer.offer("a", [["p1", "h", 1]])
    stage.coalescer.offer("b", [["p1", "h", 1]])

    assert [room for _, room, _ in stage.emitted] == ["a", "b"]


def test_after_a_pause_a_change_is_a_first_one_again():
    stage = Stage()

    stage.coalescer.offer("a", [["p1", "h", 1]])
    stage.now += 0.2
    stage.coalescer.offer("a", [["p1", "s", 2]])

    assert len(stage.emitted) == 2
    assert stage.waiting == []
