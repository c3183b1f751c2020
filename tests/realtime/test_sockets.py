"""What a screen sees of a change, over a real socket, with eventlet and with gevent."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
import socketio

from saas.kernel import live
from saas.kernel.clock import utcnow
from saas.realtime.tokens import issue_live_token
from tests.realtime.house import wait_until


def live_token(realtime, tenant="teatro", rooms=("sales",), now=None):
    return issue_live_token(realtime.settings, tenant=tenant, principal_id=uuid4(), rooms=rooms, now=now or utcnow())


def test_a_change_arrives_within_300_ms_as_the_contract_writes_it(screens):
    event_id, place_id = str(uuid4()), uuid4()
    screen = screens("/availability", {"tenant": "teatro"})
    assert screen.subscribe(event_id=event_id) == {"ok": True}

    sent_at = time.monotonic()
    live.places_changed("teatro", event_id, [(place_id, "h", 7)])
    heard_at, event, data = wait_until(lambda: screen.heard)[0]

    assert (event, data) == ("places.changed", {"event_id": event_id, "changes": [[str(place_id), "h", 7]]})
    assert heard_at - sent_at < 0.3


def test_a_rush_is_told_in_few_messages_and_ends_at_the_latest_revision_of_every_place(screens, realtime):
    event_id = str(uuid4())
    screen = screens("/availability", {"tenant": "teatro"})
    screen.subscribe(event_id=event_id)
    merged_before = realtime.figure("taquilla_live_coalesced_total")

    started = time.monotonic()
    for rev in range(300):
        live.places_changed("teatro", event_id, [(f"place-{rev % 5}", "h", rev)])
    wait_until(lambda: any(change[2] == 299 for change in screen.changes()))
    elapsed = time.monotonic() - started

    assert len(screen.heard) <= 2 + 10 * elapsed
    latest = {}
    for place, _, rev in screen.changes():
        latest[place] = max(rev, latest.get(place, 0))
    assert latest == {f"place-{number}": 295 + number for number in range(5)}
    assert realtime.figure("taquilla_live_coalesced_total") - merged_before >= 250


def test_another_tenant_that_asks_for_the_same_event_hears_nothing(screens):
    event_id = str(uuid4())
    ours, theirs = screens("/availability", {"tenant": "teatro"}), screens("/availability", {"tenant": "harare"})
    ours.subscribe(event_id=event_id)
    theirs.subscribe(event_id=event_id)

    live.places_changed("teatro", event_id, [("a place", "s", 1)])
    wait_until(lambda: ours.heard)
    time.sleep(0.2)

    assert theirs.heard == []


def test_the_tenant_of_the_host_counts_for_a_visitor_without_a_token(screens):
    event_id = str(uuid4())
    screen = screens("/availability", host="teatro.localhost:8001", origin="http://teatro.localhost:8000")
    screen.subscribe(event_id=event_id)

    live.places_changed("teatro", event_id, [("a place", "s", 1)])

    assert wait_until(screen.changes) == [["a place", "s", 1]]


def test_a_token_of_one_tenant_is_refused_on_the_host_of_another(screens, realtime):
    with pytest.raises(socketio.exceptions.ConnectionError):
        screens("/staff", {"token": live_token(realtime)}, host="harare.localhost:8001")


def test_a_page_of_a_foreign_site_is_refused(screens):
    with pytest.raises(socketio.exceptions.ConnectionError):
        screens("/availability", {"tenant": "teatro"}, origin="https://elsewhere.example")


def test_staff_hears_of_its_sales_and_only_in_the_rooms_of_its_token(screens, realtime):
    screen = screens("/staff", {"token": live_token(realtime, rooms=["sales"])})

    assert screen.subscribe(room="sales") == {"ok": True}
    assert screen.subscribe(room=f"fdms_device_{uuid4()}") == {"ok": False, "error": "forbidden"}
    assert screen.subscribe(room=["sales"]) == {"ok": False, "error": "bad_request"}

    live.sale_confirmed("harare", {"id": "theirs"})
    live.sale_confirmed("teatro", {"id": "ours"})
    assert [data for _, _, data in wait_until(lambda: screen.heard)] == [{"id": "ours"}]


def test_progress_of_a_device_reaches_the_room_that_the_token_names(screens, realtime):
    room = f"fdms_device_{uuid4()}"
    screen = screens("/staff", {"token": live_token(realtime, rooms=[room])})
    screen.subscribe(room=room)

    live.room_event("teatro", room, "receipt.progress", {"receipt_id": "r", "percent": 40, "stage": "signing"})

    _, event, data = wait_until(lambda: screen.heard)[0]
    assert (event, data["percent"]) == ("receipt.progress", 40)


@pytest.mark.parametrize("auth", [None, {"tenant": "teatro"}, {"token": "forged.token.indeed"}])
def test_staff_without_a_token_that_holds_is_refused(screens, auth):
    with pytest.raises(socketio.exceptions.ConnectionError):
        screens("/staff", auth)


def test_a_token_that_is_over_is_refused(screens, realtime):
    with pytest.raises(socketio.exceptions.ConnectionError):
        screens("/staff", {"token": live_token(realtime, now=utcnow() - timedelta(minutes=6))})


def test_staff_is_let_go_when_its_token_ends(screens, realtime):
    almost_over = utcnow() - timedelta(minutes=5) + timedelta(seconds=2)
    screen = screens("/staff", {"token": live_token(realtime, now=almost_over)})

    wait_until(lambda: not screen.client.connected, seconds=10)


def test_a_socket_holds_a_bounded_number_of_rooms(screens):
    screen = screens("/availability", {"tenant": "teatro"})

    acks = [screen.subscribe(event_id=str(uuid4())) for _ in range(33)]

    assert acks[:32] == [{"ok": True}] * 32
    assert acks[32] == {"ok": False, "error": "too_many_rooms"}


def test_a_request_that_names_no_event_is_a_bad_request(screens):
    screen = screens("/availability", {"tenant": "teatro"})

    assert screen.subscribe(event_id="all of them") == {"ok": False, "error": "bad_request"}
    assert screen.subscribe() == {"ok": False, "error": "bad_request"}


def test_a_change_of_very_many_places_asks_to_read_the_snapshot_instead(screens):
    event_id = str(uuid4())
    screen = screens("/availability", {"tenant": "teatro"})
    screen.subscribe(event_id=event_id)

    live.places_changed("teatro", event_id, [(f"place-{number}", "f", 2) for number in range(2_001)])

    assert [event for _, event, _ in wait_until(lambda: screen.heard)] == ["places.resync"]
