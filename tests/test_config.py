"""Settings: read once, refused by name when missing, weak or malformed."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from saas.config import Settings, SettingsError

ROOT = Path(__file__).parents[1]
KEY = urlsafe_b64encode(bytes(range(32))).decode()
WHOLE = {
    "TAQUILLA_ENV": "production",
    "DATABASE_URL": "postgresql://admin:p%40ss@db.example:5433/taquilla?sslmode=require",
    "REDIS_URL": "redis://:secret@127.0.0.1/0",
    "SECRET_KEY": "a secret of more than thirty-two characters",
    "MASTER_KEY": KEY,
}


def read(**changes: str) -> Settings:
    return Settings.from_environment({name: value for name, value in (WHOLE | changes).items() if value})


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MASTER_KEY"])
@pytest.mark.parametrize("value", ["", "   "])
def test_what_has_no_default_is_asked_for_by_its_name(name: str, value: str):
    with pytest.raises(SettingsError, match=f"^{name} "):
        Settings.from_environment(WHOLE | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TAQUILLA_ENV", "staging"),
        ("SECRET_KEY", "short"),
        ("MASTER_KEY", "not base64!"),
        ("MASTER_KEY", urlsafe_b64encode(b"sixteen bytes...").decode()),
        ("MASTER_KEY_PREVIOUS", "ñ"),
        ("PORT", "eight thousand"),
        ("PORT", "-1"),
        ("REALTIME_PORT", "8001.5"),
        ("DATABASE_POOLER", "perhaps"),
        ("DATABASE_POOL_SIZE", "many"),
        ("TRUSTED_PROXIES", "all"),
        ("REALTIME_ASYNC_MODE", "threading"),
    ],
)
def test_a_malformed_value_is_refused_by_its_name(name: str, value: str):
    with pytest.raises(SettingsError, match=name):
        read(**{name: value})


def test_no_refusal_shows_the_secret():
    for name in ("SECRET_KEY", "MASTER_KEY"):
        with pytest.raises(SettingsError) as refusal:
            read(**{name: "hush-hush"})
        assert "hush" not in str(refusal.value)


def test_no_secret_shows_when_settings_are_printed():
    settings = read(MASTER_KEY_PREVIOUS=KEY)

    for secret in (WHOLE["SECRET_KEY"], "p%40ss", repr(settings.master_key), ":secret@"):
        assert secret not in repr(settings)


def test_the_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        read().port = 1  # type: ignore[misc]


def test_a_cell_is_added_by_its_name():
    settings = read(CELL_SECOND_URL="postgresql://admin@other.example/taquilla")

    assert list(settings.cells) == ["default", "second"]
    assert settings.admin_url("second") == "postgresql+psycopg://admin@other.example/taquilla"


def test_the_logins_of_the_house_reach_the_same_server_with_passwords_of_their_own():
    settings = read()
    url = settings.login_url("taquilla_app")

    assert url.endswith("@db.example:5433/taquilla?sslmode=require")
    assert settings.login_password("taquilla_app") in url
    assert settings.login_password("taquilla_app") != settings.login_password("taquilla_control")
    assert "p%40ss" not in url


def test_another_secret_key_gives_other_passwords_and_other_keys():
    one, other = read(), read(SECRET_KEY="b" * 40)

    assert one.login_password("taquilla_app") != other.login_password("taquilla_app")
    assert one.derived_key("flask") != other.derived_key("flask")
    assert one.derived_key("flask") != one.derived_key("jwt")


def test_nobody_else_reads_the_environment():
    """But for one variable, which belongs to the library of the figures."""
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("saas", "tenants", "workers")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text())
    }

    assert readers == {"saas/config.py", "saas/web/metrics.py"}
