"""The pages that show caught mail: there in development, nowhere else, and proof against what a mail may hold."""

import re
from dataclasses import replace
from email.message import EmailMessage

import pytest

from saas.web.app import create_app

KEY = "20261120T100000000000-0123abcd"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture
def browser(settings, tmp_path):
    return create_app(replace(settings, environment="development", data_dir=tmp_path)).test_client()


def keep_mail(folder, *, key=KEY, html="<p>Hola</p>", image=None):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Sus entradas", "boletos@teatro.test", "ana@example.com"
    message.set_content("Fila C, asiento 12")
    message.add_alternative(html, subtype="html")
    if image:
        message.get_payload()[1].add_related(image, "image", "png", cid="<qr>")
    message.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="factura.html")
    (folder / f"{key}.eml").write_bytes(message.as_bytes())


def test_the_list_shows_the_newest_first_and_finds_by_words(browser, folder):
    keep_mail(folder)
    keep_mail(folder, key="20261121T100000000000-0123abcd")

    page = browser.get("/dev/mail?q=asiento+ana").text

    assert re.findall(r'href="/dev/mail/(2026\d{4})', page) == ["20261121", "20261120"]
    assert "/dev/mail/2026" not in browser.get("/dev/mail?q=platea").text


def test_an_empty_mailbox_says_what_will_be_there(browser):
    assert "forgotten passwords will be here" in browser.get("/dev/mail?lang=en").text


def test_the_pages_speak_the_language_of_the_browser(browser, folder):
    keep_mail(folder)

    page = browser.get("/dev/mail", headers={"Accept-Language": "es-VE, es;q=0.9"}).text

    assert "Correo enviado" in page
    assert "Mail that was sent" not in page


def test_a_mail_is_shown_in_a_frame_that_runs_nothing(browser, folder):
    keep_mail(folder, html="<script>alert(1)</script><p>Hola</p>")

    page = browser.get(f"/dev/mail/{KEY}").text
    frame = browser.get(f"/dev/mail/{KEY}/html")

    assert f'sandbox src="/dev/mail/{KEY}/html"' in page
    assert "alert(1)" not in page
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]


def test_a_picture_within_the_text_comes_from_the_mail_itself(browser, folder):
    keep_mail(folder, html='<img src="cid:qr">', image=b"\x89PNG")

    html = browser.get(f"/dev/mail/{KEY}/html").text
    address = re.search(r'src="([^"]+)"', html).group(1)

    assert browser.get(address).data == b"\x89PNG"


def test_an_attachment_is_saved_and_never_opened_as_a_page(browser, folder):
    keep_mail(folder)

    answer = browser.get(f"/dev/mail/{KEY}/attachments/0")

    assert answer.data == b"<script>alert(1)</script>"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=factura.html"


def test_a_mail_that_is_not_there_is_not_found(browser, folder):
    keep_mail(folder)

    assert browser.get("/dev/mail/20261120T100000000000-ffffffff").status_code == 404
    assert browser.get(f"/dev/mail/{KEY}/attachments/9").status_code == 404


def test_deleting_all_mail_needs_the_form_of_the_page(browser, folder):
    keep_mail(folder)
    assert browser.post("/dev/mail/delete").status_code == 403

    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/dev/mail").text).group(1)
    answer = browser.post("/dev/mail/delete", data={"csrf_token": token})

    assert answer.status_code == 303
    assert not list(folder.iterdir())


def test_outside_development_there_is_no_such_page(app):
    assert app.test_client().get("/dev/mail").status_code == 404
