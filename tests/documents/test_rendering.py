import pytest

from saas.documents.press import STATIC, StaticFilesOnly
from saas.documents.rendering import ROOT


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/logo.png",
        "https://example.com/logo.png",
        "ftp://example.com/logo.png",
        "data:text/plain,hello",
        "file:///etc/passwd",
        "file://example.com/share/logo.png",
        STATIC.as_uri() + "/../pyproject.toml",
        STATIC.as_uri() + "/%2e%2e/pyproject.toml",
        (ROOT / "pyproject.toml").as_uri(),
    ],
)
def test_a_document_reads_nothing_outside_the_static_files(address):
    with pytest.raises(ValueError, match="only read static files"):
        StaticFilesOnly().fetch(address)


def test_a_static_file_is_served():
    response = StaticFilesOnly().fetch((STATIC / "documents" / "base.css").as_uri())

    assert b"@font-face" in response.read()
