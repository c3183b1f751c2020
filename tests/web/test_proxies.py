"""Whom the application takes a client to be: only proxies that we count on may say so."""

from dataclasses import replace

import pytest
from flask import request

from saas.web.app import create_app


@pytest.mark.parametrize(("trusted", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_a_client_chooses_its_address_only_as_far_as_proxies_are_trusted(settings, trusted, seen):
    app = create_app(replace(settings, trusted_proxies=trusted))
    addresses = []
    app.before_request(lambda: addresses.append(request.remote_addr))

    app.test_client().get("/api/v1/nothing", headers={"X-Forwarded-For": "198.51.100.9, 203.0.113.7"})

    assert addresses == [seen]
