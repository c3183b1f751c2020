"""Snapshots and tickets as the services make them, for drawing."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

INVOICE: dict[str, Any] = {
    "format": 1,
    "regime": "venezuela",
    "medium": "free_form",
    "kind": "invoice",
    "serie": "A",
    "number": 42,
    "number_text": "Serie A N° 00000042",
    "control_number": "00-00001207",
    "printer": {
        "name": "Imprenta Gráficas del Ávila, C.A.",
        "tax_id": "J-30984132-7",
        "authorisation": "SENIAT/04/00127",
        "authorised_on": "2024-03-04",
        "made_on": "2026-10-02",
        "first": "00-00001201",
        "last": "00-00006200",
    },
    "issued_at": "2026-11-20T23:30:05+00:00",
    "fiscal_date": "2026-11-20",
    "timezone": "America/Caracas",
    "issuer": {
        "name": "Teatro Nacional de Caracas, C.A.",
        "tax_id": "J-50000001-4",
        "address": "Av. Universidad, esquina de Cipreses, Caracas 1010, Distrito Capital",
        "phone": "0212-4821234",
        "special_taxpayer": False,
    },
    "buyer": {
        "name": "María Fernanda Quintero Díaz",
        "document": "V-12345678",
        "address": "Calle Los Manguitos, Qta. Aurora, Sabana Grande",
        "phone": "0414-1234567",
        "email": "maria.quintero@example.com",
    },
    "currency": "VES",
    "price_currency": "USD",
    "exchange": {"rate": "214.17980000", "value_date": "2026-11-20", "source": "BCV"},
    "prices_include_tax": True,
    "percents": {"G": "16"},
    "lines": [
        {
            "description": "Entrada Platea",
            "detail": "Fila F: 12, 13",
            "quantity": 2,
            "unit_price": 4500,
            "discount": 0,
            "tax_code": "G",
            "net": 16617398,
            "tax": 2658784,
            "price_net": 7759,
        },
        {
            "description": "Entrada Balcón",
            "detail": "Fila B: 3",
            "quantity": 1,
            "unit_price": 2500,
            "discount": 250,
            "tax_code": "G",
            "net": 415435,
            "tax": 66470,
            "price_net": 1940,
        },
        {
            "description": "Programa de mano",
            "detail": None,
            "quantity": 1,
            "unit_price": 300,
            "discount": 0,
            "tax_code": "E",
            "net": 64254,
            "tax": 0,
            "price_net": 300,
        },
    ],
    "totals": {
        "discount": 53545,
        "exempt": 64254,
        "base": {"G": 17032833},
        "tax": {"G": 2725254},
        "total": 19822341,
    },
    "price_totals": {
        "discount": 250,
        "exempt": 300,
        "base": {"G": 9699},
        "tax": {"G": 1551},
        "total": 11550,
    },
    "payments": [{"method": "cash", "amount": 11550, "currency": "USD"}],
    "sale": {"code": "V-7K3M9Q", "point_of_sale": "Taquilla 1"},
    "event": {
        "name": "Carmina Burana",
        "starts_at": "2026-12-05T23:00:00+00:00",
        "venue": "Teatro Nacional, Sala Ríos Reyna",
        "timezone": "America/Caracas",
    },
}


def make_invoice(**overrides: Any) -> dict[str, Any]:
    return deepcopy(INVOICE) | overrides


def make_receipt(**overrides: Any) -> dict[str, Any]:
    plain = {
        "regime": "none",
        "kind": "receipt",
        "serie": "R-",
        "number": 1207,
        "number_text": "R-001207",
        "control_number": None,
        "printer": None,
        "issuer": {
            "name": "Harare Jazz Club",
            "tax_id": None,
            "address": "12 Samora Machel Ave, Harare",
            "phone": None,
        },
        "buyer": None,
        "currency": "USD",
        "price_currency": "USD",
        "exchange": None,
        "percents": {"Z": "0"},
        "lines": [
            {
                "description": "General admission",
                "detail": None,
                "quantity": 2,
                "unit_price": 1500,
                "discount": 0,
                "tax_code": "Z",
                "net": 3000,
                "tax": 0,
                "price_net": 3000,
            }
        ],
        "totals": {"discount": 0, "exempt": 0, "base": {}, "tax": {}, "total": 3000},
        "price_totals": None,
        "payments": [{"method": "cash", "amount": 3000, "currency": "USD"}],
    }
    return deepcopy(INVOICE) | plain | overrides


EVENT: dict[str, Any] = {
    "id": "01937000-0000-7000-8000-000000000001",
    "name": "Carmina Burana",
    "starts_at": datetime(2026, 12, 5, 23, 0, tzinfo=UTC),
    "timezone": "America/Caracas",
    "venue": "Teatro Nacional, Sala Ríos Reyna",
    "address": "Av. Universidad, Caracas",
    "organizer": "Teatro Nacional de Caracas, C.A.",
}
TICKET: dict[str, Any] = {
    "code": "7K3M-9QXD",
    "token": "AQGTcAAAAABwAIAAAAAAAAABk3AAAAAAcACAAAAAAAAAAjx8g2Q" * 2,
    "zone": "Platea",
    "row": "F",
    "seat": "12",
    "table": None,
    "color": "#7c3aed",
    "price": 4500,
    "currency": "USD",
    "holder": "María Fernanda Quintero Díaz",
}


def make_ticket(**overrides: Any) -> dict[str, Any]:
    return TICKET | overrides
