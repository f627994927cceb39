"""Units handed on in order, whatever the order in which they are made and by whom they are taken."""

import threading

import pytest

from simbreach.sinks.relay import Relay, StoppedError


def test_units_are_taken_in_order_though_made_in_another():
    relay = Relay([3, 5, 8], limit=3)
    for unit in (8, 3, 5):
        relay.put(unit, {"made": unit})
    taken = [relay.take() for _ in range(3)]
    assert [(one.place, one.batches["made"]) for one in taken] == [(0, 3), (1, 5), (2, 8)]
    assert relay.take() is None


def test_no_more_units_are_admitted_than_the_limit_until_one_is_released():
    relay = Relay([0, 1, 2], limit=2)
    assert [relay.admit(), relay.admit(), relay.admit()] == [True, True, False]
    relay.release()
    assert relay.admit()


def test_turns_come_in_the_order_of_places():
    relay, order = Relay(range(4), limit=4), []

    def enter(place):
        with relay.turn(place):
            order.append(place)

    threads = [threading.Thread(target=enter, args=(place,)) for place in (3, 1, 2, 0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]


def test_who_waits_for_a_turn_or_a_unit_is_told_that_the_run_was_given_up():
    relay, told = Relay(range(2), limit=2), []

    def wait_in_vain(what):
        with pytest.raises(StoppedError):
            what()
        told.append(what)

    def enter():
        with relay.turn(1):
            pass

    threads = [threading.Thread(target=wait_in_vain, args=(what,)) for what in (relay.take, enter)]
    for thread in threads:
        thread.start()
    relay.stop()
    for thread in threads:
        thread.join()
    assert len(told) == 2
    with pytest.raises(StoppedError):
        relay.admit()
