"""`taquilla verify` as the operator meets it."""

import json

from click.testing import CliRunner

from saas.verify import verify
from tests.audit.conftest import make_events, seal, tamper  # noqa: F401 - tamper is a fixture


def run(app, *arguments):
    return CliRunner().invoke(verify, arguments, obj=app)


def test_a_sound_tenant_is_told_so_with_its_counts(app, tenant):
    make_events(tenant, 3)
    seal(tenant)

    told = run(app, "--tenant", tenant.slug)

    assert told.exit_code == 0
    assert told.output.startswith(f"{tenant.slug}: sound; 0 sales, ")
    assert "3 events, 1 seals; newest seal 1:" in told.output


def test_an_altered_event_ends_with_1_and_is_named(app, tenant, tamper):  # noqa: F811
    make_events(tenant, 1)
    seal(tenant)
    tamper("UPDATE audit_event SET after = NULL")

    told = run(app, "--tenant", tenant.slug)
    as_json = run(app, "--tenant", tenant.slug, "--json")

    assert told.exit_code == as_json.exit_code == 1
    assert "  audit: event " in told.output and "was altered after seal 1" in told.output
    [problem] = json.loads(as_json.output)["problems"]["audit"]
    assert problem in told.output
