"""What every page has in common: its files, its headers, its language."""

import re

import pytest

from dev import vendor
from saas.web.assets import FOLDER, bundle_imports, release_digest
from tests.access.factories import browser_on, token_on


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
    "target", ["//evil.test", "/\\evil.test", "https://evil.test", "/\t/evil.test", "", None, "evil", "//["]
)
def test_the_choice_of_language_never_leads_to_another_host(app, tenant, target):
    assert choose_spanish(app, tenant, target).location == "/"


def test_the_choice_of_language_leads_back_with_its_query(app, tenant):
    assert choose_spanish(app, tenant, "/events?cursor=abc").location == "/events?cursor=abc"


def choose_spanish(app, tenant, target):
    browser = browser_on(app, tenant)
    form = {"csrf_token": token_on(browser, "/sign-in"), "language": "es"}
    return browser.post("/preferences/language", data=form | ({"next": target} if target is not None else {}))


def test_vendored_files_are_those_of_the_manifest():
    assert vendor.local_faults(vendor.read_manifest()) == []


def test_the_openapi_document_lists_routes_and_says_how_to_sign_in(app):
    described = app.test_client().get("/api/v1/openapi.json").get_json()

    assert described["openapi"].startswith("3.1")
    assert "/api/v1/auth/login" in described["paths"]
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
