"""What every page has in common: its files, its headers, its language."""

import re

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from dev import vendor
from saas.web.assets import FOLDER, bundle_imports, release_digest
from saas.web.preferences import page_of_ours

KEYWORDS = ("_", "gettext", "ngettext", "pgettext")


def test_the_style_sheet_comes_as_one_file_with_every_component_in_its_layer(app):
    text = bundle_imports(FOLDER / "css/app.css")

    assert "@import" not in text
    assert text.index("@layer reset, base, components, utilities") < text.index("@layer reset {")
    named = {path.name for path in (FOLDER / "css/components").glob("*.css")}
    listed = set(re.findall(r"components/([\w-]+\.css)", (FOLDER / "css/app.css").read_text()))
    assert named == listed


def test_a_file_of_this_release_may_be_kept_for_a_year_and_one_of_another_not(app):
    client = app.test_client()
    release = app.extensions["assets"].release

    current = client.get(f"/static/{release}/js/boot.js")
    former = client.get("/static/000000000000/js/boot.js")

    assert current.status_code == former.status_code == 200
    assert "immutable" in current.headers["Cache-Control"]
    assert "immutable" not in former.headers["Cache-Control"]


def test_the_release_changes_with_any_file(tmp_path):
    (tmp_path / "a.js").write_text("one")
    before = release_digest(tmp_path)

    (tmp_path / "a.js").write_text("two")

    assert release_digest(tmp_path) != before


def test_a_file_outside_static_is_not_served(app):
    client = app.test_client()

    assert client.get("/static/x/../../pyproject.toml").status_code == 404
    assert client.get("/static/x/css/%2e%2e/%2e%2e/x.css").status_code == 404


def test_pages_forbid_inline_script_and_style(app):
    answer = app.test_client().get("/nowhere", headers={"Accept": "text/html"})

    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_templates_hold_no_inline_style_script_or_handler(app):
    forbidden = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\bsrc=)|javascript:")
    folder = FOLDER.parent / "templates"

    found = [
        str(path.relative_to(folder))
        for path in folder.rglob("*.html")
        if path.parent.name != "documents" and forbidden.search(path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize(
    "target", ["//evil.test", "/\\evil.test", "https://evil.test", "/\t/evil.test", "", None, "evil"]
)
def test_the_choice_of_language_never_leads_to_another_host(target):
    assert page_of_ours(target) == "/"


def test_the_choice_of_language_leads_back_with_its_query():
    assert page_of_ours("/events?cursor=abc") == "/events?cursor=abc"


def test_vendored_files_are_those_of_the_manifest():
    assert vendor.local_faults(vendor.read_manifest()) == []


def test_the_openapi_document_lists_routes_and_says_how_to_sign_in(app):
    described = app.test_client().get("/api/v1/openapi.json").get_json()

    assert described["openapi"].startswith("3.1")
    assert "/api/v1/auth/login" in described["paths"]
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_text_of_the_shell_and_the_selling_pages_is_there_in_spanish():
    """What templates say through _() has a Spanish translation in one of the catalogues."""
    root = FOLDER.parent
    known = {
        (entry.context, entry.id if isinstance(entry.id, str) else entry.id[0])
        for catalogue in (root / "translations").glob("*/es/LC_MESSAGES/messages.po")
        for entry in read_po(catalogue.open("rb"))
        if entry.id and (entry.string if isinstance(entry.string, str) else all(entry.string))
    }
    said = {
        (message[0] if function == "pgettext" else None, message[1] if function == "pgettext" else message)
        for folder in ("layout", "ui", "dashboard", "gate", "sales", "events", "venues", "access")
        for path in (root / "templates" / folder).rglob("*.html")
        for _line, function, message, _comments in babel_extract(path.open("rb"), KEYWORDS, [], {})
    }
    said = {(context, text if isinstance(text, str) else text[0]) for context, text in said if text}

    assert said - known == set()
