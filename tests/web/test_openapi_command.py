"""The document that partners build on, printed for them to keep."""

from __future__ import annotations

import orjson
from click.testing import CliRunner
from flask import Flask

from saas.web.cli import openapi


def test_the_command_prints_the_document_that_the_application_serves(app: Flask):
    printed = CliRunner().invoke(openapi, obj=app)

    served = app.test_client().get("/api/v1/openapi.json").json
    assert printed.exit_code == 0, printed.output
    assert orjson.loads(printed.output) == served
    assert "/api/v1/sales/{sale_id}/confirm" in served["paths"]


def test_the_document_can_be_written_to_a_file(app: Flask, tmp_path):
    target = tmp_path / "openapi.json"

    done = CliRunner().invoke(openapi, ["--output", str(target)], obj=app)

    assert done.exit_code == 0, done.output
    assert orjson.loads(target.read_text())["info"]["title"] == "Taquilla"
