import shutil
import subprocess
from io import BytesIO

import pytest
import segno
from pypdf import PdfReader

from saas.documents.artwork import auditorium, palette_of
from saas.documents.tickets import tickets_pdf

from .samples import EVENT, make_ticket


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_each_ticket_has_its_page_with_place_day_hour_and_code():
    pages = pages_of(tickets_pdf([make_ticket(), make_ticket(code="ZZ12-AB77", seat="13")], EVENT, "es"))

    assert len(pages) == 2
    for shown in ("Carmina Burana", "Sábado 5 de diciembre de 2026", "7:00 p. m.", "Teatro Nacional, Sala Ríos Reyna"):
        assert shown in pages[0]
    assert "zona platea fila f asiento 12" in pages[0].lower()
    assert "7K3M-9QXD" in pages[0]
    assert "ZZ12-AB77" in pages[1]


def test_the_hour_is_that_of_the_place_where_the_event_is():
    (page,) = pages_of(tickets_pdf([make_ticket()], EVENT | {"timezone": "Europe/Madrid"}, "en"))

    assert "Sunday, 6 December 2026" in page
    assert "12:00 AM" in page


def test_a_place_without_row_or_seat_leaves_them_out():
    (page,) = pages_of(tickets_pdf([make_ticket(zone="General", row=None, seat=None)], EVENT, "en"))

    assert "General" in page
    assert "Row" not in page
    assert "Seat" not in page


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler draws the page for this test")
def test_the_printed_code_is_the_tickets_token_square_by_square(tmp_path):
    (tmp_path / "ticket.pdf").write_bytes(tickets_pdf([make_ticket()], EVENT, "es"))
    subprocess.run(["pdftoppm", "-r", "254", "-gray", "ticket.pdf", "ticket"], cwd=tmp_path, check=True)

    expected = [[bool(square) for square in row] for row in segno.make(make_ticket()["token"], error="m").matrix]

    assert squares(tmp_path / "ticket-1.pgm", count=len(expected)) == expected


def squares(picture, *, count):
    """The dark squares of a code 48 mm wide, 26 mm from the left edge, on a page of ten pixels a millimetre."""
    header, size, _, pixels = picture.read_bytes().split(b"\n", 3)
    assert header == b"P5"
    width = int(size.split()[0])
    top = next(y for y in range(1420, 1500) if pixels[y * width + 262] < 128)
    step = 480 / count
    return [
        [
            pixels[int(top + (row + 0.5) * step) * width + int(260 + (column + 0.5) * step)] < 128
            for column in range(count)
        ]
        for row in range(count)
    ]


def test_an_event_keeps_its_colours_and_each_ticket_its_own_light():
    assert palette_of("a") == palette_of("a")
    assert auditorium("a", "one") == auditorium("a", "one")
    assert auditorium("a", "one") != auditorium("a", "two")
