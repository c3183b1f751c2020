"""`keys rotate`: new keys for all that is sealed, while the house works, wherever it is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import LargeBinary, select, text

from saas import keys_cli
from saas.access.second_factor import open_secret as open_totp
from saas.access.second_factor import seal_secret as seal_totp
from saas.config import Settings
from saas.database_cli import import_all_models
from saas.kernel import keys, rotation
from saas.kernel.clock import utcnow
from saas.kernel.crypto import SecretUnreadable, key_id, new_key, seal, sealed_under
from saas.kernel.rotation import rotate_data_keys, rotate_master_key, sealed_columns
from saas.sales.models import SigningKey
from saas.sales.tokens import make_signing_key
from tenants.admin import connect
from tenants.database import ControlBase, TenantBase
from tenants.identity import Identity
from tenants.models import TenantRecord
from tenants.registry import Tenant
from tenants.sessions import control_transaction, tenant_transaction
from tests.access.factories import make_member
from tests.conftest import make_tenant


@pytest.fixture(autouse=True)
def all_models() -> None:
    import_all_models()


def signing_keys(tenant: Tenant) -> list[tuple[bytes, bytes]]:
    """Each sealed private key, and what it opens to."""
    with tenant_transaction(tenant) as session:
        rows = session.execute(select(SigningKey.id, SigningKey.private_key).order_by(SigningKey.number)).all()
    return [(row.private_key, keys.open_secret(tenant, row.private_key, f"signing_key:{row.id}")) for row in rows]


def wrapped_ring(tenant: Tenant) -> bytes:
    with control_transaction() as session:
        found = session.scalar(select(TenantRecord.data_key).where(TenantRecord.id == tenant.id))
    assert found is not None
    return found


def test_every_secret_lies_under_the_new_data_key_and_opens_as_before(tenant: Tenant, other_tenant: Tenant):
    with tenant_transaction(tenant) as session:
        make_signing_key(session, tenant, number=7, now=utcnow())
    before, old_ring, old_id = signing_keys(tenant), wrapped_ring(tenant), keys.newest_key_id(tenant)
    theirs = signing_keys(other_tenant)

    found = rotate_data_keys([tenant], wait=0)

    after = signing_keys(tenant)
    assert found == {tenant.slug: 2}
    assert [opened for _sealed, opened in after] == [opened for _sealed, opened in before]
    assert {sealed_under(sealed) for sealed, _ in after} == {keys.newest_key_id(tenant)} != {old_id}
    assert len(keys.unwrap(wrapped_ring(tenant), tenant.slug)) == 1
    assert old_ring != wrapped_ring(tenant)
    assert signing_keys(other_tenant) == theirs


def test_more_secrets_than_one_batch_are_all_brought_over(tenant: Tenant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    with tenant_transaction(tenant) as session:
        for number in range(11, 16):
            make_signing_key(session, tenant, number=number, now=utcnow())

    assert rotate_data_keys([tenant], wait=0) == {tenant.slug: 6}
    assert {sealed_under(sealed) for sealed, _ in signing_keys(tenant)} == {keys.newest_key_id(tenant)}


def test_a_rotation_that_broke_off_is_finished_by_the_next_and_makes_no_third_key(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    before = [opened for _sealed, opened in signing_keys(tenant)]
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(rotation, "_reseal_tenant", lambda _tenant: 1 / 0)
        rotate_data_keys([tenant], wait=0)
    halfway = keys.unwrap(wrapped_ring(tenant), tenant.slug)
    still = [opened for _sealed, opened in signing_keys(tenant)]

    rotate_data_keys([tenant], wait=0)

    assert len(halfway) == 2
    assert still == before
    assert keys.unwrap(wrapped_ring(tenant), tenant.slug) == halfway[:1]
    assert [opened for _sealed, opened in signing_keys(tenant)] == before


def test_a_process_that_remembers_the_old_key_opens_what_was_sealed_under_the_new(tenant: Tenant):
    keys.seal_secret(tenant, b"so that it is remembered", "place")
    remembered = dict(keys._remembered)
    rotate_data_keys([tenant], wait=0)
    sealed = keys.seal_secret(tenant, b"secret", "place")
    keys._remembered.update(remembered)

    assert keys.open_secret(tenant, sealed, "place") == b"secret"


def test_a_process_that_seals_under_the_old_key_meanwhile_loses_nothing(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    """Its ring is a few seconds old; the rotation waits so long before it looks for what lies under the old key."""
    keys.newest_key_id(tenant)
    remembered = dict(keys._remembered)

    def meanwhile(_seconds: float) -> None:
        keys._remembered.update(remembered)
        with tenant_transaction(tenant) as session:
            make_signing_key(session, tenant, number=9, now=utcnow())

    monkeypatch.setattr(rotation.time, "sleep", meanwhile)
    found = rotate_data_keys([tenant])

    assert found == {tenant.slug: 2}
    assert len(signing_keys(tenant)) == 2
    assert rotation.UNTIL_ALL_KNOW > keys.REMEMBERED_SECONDS


# The master key


@pytest.fixture
def new_master(context: Flask, settings: Settings) -> Iterator[Settings]:
    """The house as it starts with a new MASTER_KEY, the old one beside it; afterwards all is brought back."""
    renewed = replace(settings, master_key=new_key(), master_key_previous=settings.master_key)
    use(context, renewed)
    yield renewed
    use(context, replace(settings, master_key_previous=renewed.master_key))
    rotate_master_key()
    use(context, settings)


def use(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    keys.forget_keys()


def test_all_is_brought_under_the_new_master_key_and_the_old_one_can_go(
    context: Flask, settings: Settings, tenant: Tenant, request: pytest.FixtureRequest
):
    person = make_member(tenant)
    with control_transaction() as session:
        session.execute(
            text("UPDATE control.identity SET totp_secret = :sealed WHERE id = :id"),
            {"sealed": seal_totp(person.id, "JBSWY3DPEHPK3PXP"), "id": person.id},
        )
    secrets = [opened for _sealed, opened in signing_keys(tenant)]
    new_master: Settings = request.getfixturevalue("new_master")

    changed = rotate_master_key()
    again = rotate_master_key()

    use(context, replace(new_master, master_key_previous=None))
    assert changed >= 2
    assert again == 0
    assert [opened for _sealed, opened in signing_keys(tenant)] == secrets
    with control_transaction() as session:
        sealed = session.scalar(select(Identity.totp_secret).where(Identity.id == person.id))
    assert sealed is not None
    assert open_totp(person.id, sealed) == "JBSWY3DPEHPK3PXP"


def test_before_the_rotation_both_master_keys_open(tenant: Tenant, new_master: Settings):
    assert len(signing_keys(tenant)) == 1


def test_a_master_key_changed_without_the_old_one_beside_it_is_told_at_once(
    context: Flask, settings: Settings, tenant: Tenant
):
    use(context, replace(settings, master_key=new_key()))
    try:
        with pytest.raises(SecretUnreadable):
            signing_keys(tenant)
        result = CliRunner().invoke(keys_cli.keys, ["rotate", "--master"], obj=context)
    finally:
        use(context, settings)

    assert result.exit_code == 1
    assert "lies under neither MASTER_KEY nor MASTER_KEY_PREVIOUS" in result.output


def test_one_tenant_whose_key_is_lost_does_not_keep_the_others_from_the_new_master_key(
    tenant: Tenant, other_tenant: Tenant, new_master: Settings
):
    lost, stranger = wrapped_ring(tenant), replace(new_master, master_key=new_key())
    with control_transaction() as session:
        session.execute(
            text("UPDATE control.tenant SET data_key = :key WHERE id = :id"),
            {"key": seal(stranger.master_key, new_key(), f"data_key:{tenant.slug}"), "id": tenant.id},
        )
    try:
        with pytest.raises(SecretUnreadable, match=f"^data_key:{tenant.slug}$"):
            rotate_master_key()
        assert sealed_under(wrapped_ring(other_tenant)) == key_id(new_master.master_key)
    finally:
        with control_transaction() as session:
            session.execute(
                text("UPDATE control.tenant SET data_key = :key WHERE id = :id"), {"key": lost, "id": tenant.id}
            )


# The register of sealed columns


def test_every_column_of_bytes_is_either_sealed_or_known_to_be_no_secret():
    """A secret in a column that no one registered would be lost when its key goes."""
    no_secret = {
        "audit_seal.root",
        "audit_seal.previous_hash",
        "audit_seal.hash",
        "audit_seal_leaf.hash",
        "idempotent_answer.fingerprint",
        "idempotent_answer.body",
        "seating_plan.sha256",
        "signing_key.public_key",
        "control.tenant.data_key",  # wrapped, and rotated by a way of its own
    }
    found = {
        f"{table.fullname}.{column.name}"
        for metadata in (TenantBase.metadata, ControlBase.metadata)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and "sealed" not in column.info
    }

    assert found <= no_secret


def test_no_append_only_table_has_a_sealed_column(settings: Settings, tenant: Tenant):
    with connect(settings.admin_url()) as connection:
        guarded = {
            str(name)
            for (name,) in connection.execute(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE t.tgname = 'append_only' AND c.relnamespace = to_regnamespace(%s)",
                [tenant.schema],
            )
        }

    sealed = {table.name for table, _column, _prefix in sealed_columns(TenantBase.metadata)}
    assert "signing_key" in sealed
    assert sealed.isdisjoint(guarded)


def test_the_command_rotates_what_it_is_told_and_skips_the_suspended(
    app: Flask, context: Flask, settings: Settings, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    from tenants.lifecycle import suspend_tenant

    idle = make_tenant(settings)
    suspend_tenant(settings.admin_urls(), idle.slug)
    monkeypatch.setattr(rotation.time, "sleep", lambda _seconds: None)

    result = CliRunner().invoke(keys_cli.keys, ["rotate", "--tenant", tenant.slug, "--tenant", idle.slug], obj=app)

    assert result.exit_code == 0, result.output
    assert f"{tenant.slug}: 1 sealed anew" in result.output
    assert f"{idle.slug}: skipped, it is suspended" in result.output
