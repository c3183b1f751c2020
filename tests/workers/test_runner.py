"""One message, one effect: whatever fails, repeats or arrives twice."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from saas.kernel.clock import frozen, utcnow
from saas.kernel.errors import NotFound
from tenants.registry import forget_tenants
from tenants.sessions import cell_transaction, control_transaction
from tests.workers.conftest import ask, effects, message, take_effect
from workers import runner
from workers.runner import FIRST_PAUSE, LONGEST_PAUSE, LOST, backoff, run


def later(seconds=7200):
    return frozen(utcnow() + timedelta(seconds=seconds))


def lose(message_id, attempts):
    """Leave a message as an attempt does whose process was killed."""
    with cell_transaction("default") as session:
        session.execute(
            text("UPDATE shared.outbox SET attempts = :attempts, last_error = :lost WHERE id = :id"),
            {"attempts": attempts, "lost": LOST, "id": message_id},
        )


def test_an_effect_and_its_done_mark_are_one_transaction(tenant, actor):
    actor("works")(take_effect)
    message_id = ask(tenant, "works")

    run("default", message_id)

    assert effects(tenant) == 1
    done = message(message_id)
    assert done.done_at is not None and done.attempts == 1 and done.last_error is None


def test_a_repeat_finds_it_done_and_stops(tenant, actor):
    actor("works")(take_effect)
    message_id = ask(tenant, "works")

    for _ in range(3):
        run("default", message_id)

    assert effects(tenant) == 1
    assert message(message_id).attempts == 1


@pytest.mark.parametrize(
    ("owns_transactions", "go_on"),
    [(False, runner._run_in_one_transaction), (True, runner._run_holding_the_row)],
)
def test_of_two_copies_that_both_began_one_has_the_effect(tenant, actor, owns_transactions, go_on):
    calls = []

    def meets_its_copy(*_args):
        calls.append(1)
        if len(calls) == 1:
            go_on(second)  # the copy goes on while this one is in the middle of its effect

    actor("meets", owns_transactions=owns_transactions)(meets_its_copy)
    message_id = ask(tenant, "meets")
    first, second = (runner._begin("default", message_id, utcnow()) for _ in range(2))

    go_on(first)
    go_on(second)

    assert len(calls) == 1
    assert message(message_id).done_at is not None


def test_a_failure_undoes_the_effect_and_comes_again_later(tenant, actor):
    def half(session, tenant):
        take_effect(session, tenant)
        raise RuntimeError("the second half is missing")

    actor("half")(half)
    message_id = ask(tenant, "half")

    run("default", message_id)
    run("default", message_id)  # too early: nothing happens

    waiting = message(message_id)
    assert effects(tenant) == 0
    assert waiting.attempts == 1 and waiting.done_at is None and waiting.sent_at is None
    assert waiting.last_error == "RuntimeError: the second half is missing"
    assert FIRST_PAUSE / 2 - timedelta(seconds=1) <= waiting.available_at - utcnow() <= FIRST_PAUSE


def test_attempts_end_in_death_with_the_last_error_and_it_is_told(tenant, actor):
    told = []

    def fails(session, tenant, name):
        raise RuntimeError(f"no {name}")

    actor("fails", attempts=3, on_death=lambda tenant, error, name: told.append((error, name)))(fails)
    message_id = ask(tenant, "fails", "paper")

    for hours in (0, 2, 4, 6):
        with later(hours * 3600):
            run("default", message_id)

    dead = message(message_id)
    assert dead.dead_at is not None and dead.attempts == 3
    assert told == [("RuntimeError: no paper", "paper")]


def test_a_permanent_refusal_dies_at_once(tenant, actor):
    def refuses(session, tenant):
        raise NotFound(sale=["gone"])

    actor("refuses", permanent=(NotFound,))(refuses)
    message_id = ask(tenant, "refuses")

    run("default", message_id)

    dead = message(message_id)
    assert dead.dead_at is not None and dead.attempts == 1
    assert dead.last_error == "NOT_FOUND: {'sale': ['gone']}"


def test_a_message_that_kills_its_process_is_dead_after_its_attempts(tenant, actor):
    actor("killer", attempts=4)(take_effect)
    message_id = ask(tenant, "killer")
    lose(message_id, attempts=4)

    run("default", message_id)

    dead = message(message_id)
    assert dead.dead_at is not None and dead.last_error == LOST
    assert effects(tenant) == 0


def test_of_messages_lost_again_and_again_the_oldest_runs_alone(tenant, actor):
    actor("works")(take_effect)
    older, younger = ask(tenant, "works"), ask(tenant, "works")
    for each in (older, younger):
        lose(each, attempts=2)

    run("default", younger)
    assert message(younger).done_at is None and message(younger).attempts == 2

    run("default", older)
    with later(10):
        run("default", younger)
    assert message(older).done_at is not None and message(younger).done_at is not None


def test_a_message_for_later_is_not_run_early(tenant, actor):
    actor("works")(take_effect)
    message_id = ask(tenant, "works", at=utcnow() + timedelta(hours=1))

    run("default", message_id)
    assert effects(tenant) == 0

    with later(3600):
        run("default", message_id)
    assert effects(tenant) == 1


def test_an_actor_of_a_newer_release_is_waited_for(tenant):
    message_id = ask(tenant, "from_the_future")

    run("default", message_id)

    waiting = message(message_id)
    assert waiting.dead_at is None and waiting.attempts == 0
    assert waiting.last_error == "unknown actor: from_the_future"
    assert waiting.available_at > utcnow()


def test_a_tenant_that_is_moving_keeps_its_messages_and_their_attempts(tenant, actor):
    actor("works")(take_effect)
    message_id = ask(tenant, "works")
    with control_transaction() as session:
        session.execute(text("UPDATE tenant SET state = 'moving' WHERE slug = :slug"), {"slug": tenant.slug})
    forget_tenants()

    run("default", message_id)

    waiting = message(message_id)
    assert waiting.attempts == 0 and waiting.done_at is None and waiting.dead_at is None


def test_pauses_double_and_end_at_an_hour():
    pauses = [max(backoff(attempt) for _ in range(50)) for attempt in (1, 2, 3, 30)]

    assert pauses[0] <= FIRST_PAUSE < pauses[1] <= FIRST_PAUSE * 2 < pauses[2] <= FIRST_PAUSE * 4
    assert LONGEST_PAUSE / 2 <= pauses[3] <= LONGEST_PAUSE
