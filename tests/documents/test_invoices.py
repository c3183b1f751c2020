from io import BytesIO

import pytest
from pypdf import PdfReader

from saas.documents.invoices import invoice_pdf

from .samples import make_invoice, make_receipt


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    pages = "\n".join(page.extract_text() for page in read(pdf).pages)
    return " ".join(pages.replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    "shown",
    [
        "Factura",
        "Serie A N° 00000042",
        "N° de Control",
        "00-00001207",
        "desde el N° 00-00001201 hasta el N° 00-00006200",
        "Teatro Nacional de Caracas, C.A.",
        "RIF J-50000001-4",
        "Av. Universidad, esquina de Cipreses, Caracas 1010, Distrito Capital",
        "20/11/2026",
        "María Fernanda Quintero Díaz",
        "V-12345678",
        "Entrada Platea",
        "Programa de mano (E)",
        "Base imponible 16 %",
        "170.328,33",
        "IVA 16 %",
        "27.252,54",
        "Total exento (E)",
        "198.223,41",
        "115,50",
        "214,1798",
        "fecha valor 20/11/2026",
        "Imprenta Gráficas del Ávila, C.A., RIF J-30984132-7",
        "SENIAT/04/00127",
        "Elaboración 02/10/2026",
        "ORIGINAL",
        "1 / 1",
    ],
)
def test_a_venezuelan_invoice_shows_what_the_law_asks_for(spanish_invoice, shown):
    assert shown in spanish_invoice


@pytest.fixture(scope="module")
def spanish_invoice() -> str:
    return text_of(invoice_pdf(make_invoice(), "es"))


def test_in_english_the_legal_words_stay_spanish_and_the_figures_turn_english():
    text = text_of(invoice_pdf(make_invoice(), "en"))

    assert "Factura Invoice" in text
    assert "N° de Control" in text
    assert "Taxable base 16 %" in text
    assert "198,223.41" in text


def test_it_is_letter_paper_and_names_itself():
    reader = read(invoice_pdf(make_invoice(), "es"))

    assert [round(side) for side in reader.pages[0].mediabox[2:]] == [612, 792]
    assert reader.metadata.title == "Factura Serie A N° 00000042 · Teatro Nacional de Caracas, C.A."


def test_thirty_six_lines_still_fit_the_one_page_that_a_form_has():
    line = make_invoice()["lines"][0]
    many = make_invoice(lines=[line | {"detail": f"Fila F: {seat}"} for seat in range(36)])

    assert len(read(invoice_pdf(many, "es")).pages) == 1


def test_a_credit_note_names_the_invoice_that_it_corrects():
    original = {"number_text": "Serie A N° 00000042", "fiscal_date": "2026-11-20", "total": 19822341}
    note = make_invoice(
        kind="credit_note", number_text="Serie NC N° 00000003", original=original, reason="Función suspendida"
    )

    text = text_of(invoice_pdf(note, "es"))

    assert "Nota de crédito" in text
    assert "Corrige la factura Serie A N° 00000042, 20/11/2026, Bs. 198.223,41" in text
    assert "Función suspendida" in text


def test_igtf_is_shown_with_its_rate_below_the_total():
    text = text_of(invoice_pdf(make_invoice(igtf={"percent": "3", "base": 1000000, "amount": 30000}), "es"))

    assert "IGTF 3 % 300,00" in text
    assert "Total a pagar 198.523,41" in text


def test_change_given_back_is_shown_beside_what_was_paid():
    payments = [
        {"kind": "payment", "method": "cash", "amount": 12000, "currency": "USD"},
        {"kind": "change", "method": "cash", "amount": -450, "currency": "USD"},
    ]

    text = text_of(invoice_pdf(make_invoice(payments=payments), "es"))

    assert "Efectivo: USD 120,00" in text
    assert "Vuelto: USD 4,50" in text


def test_without_a_fiscal_regime_it_is_a_receipt_and_says_so():
    text = text_of(invoice_pdf(make_receipt(), "en"))

    assert "Receipt Number R-001207" in text
    assert "It is not a tax document." in text
    assert "Factura" not in text
    assert "Control" not in text


def test_what_a_buyer_typed_is_text_and_never_markup():
    name = "<b>Ana</b> & Co"
    text = text_of(invoice_pdf(make_invoice(buyer=make_invoice()["buyer"] | {"name": name}), "es"))

    assert name in text
