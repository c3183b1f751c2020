"""Answers that are bytes already: compressed when the client takes it, and not sent again when it has them."""

from __future__ import annotations

import gzip
from typing import Final

from flask import Response, request

SMALL: Final = 1024


def json_answer(body: bytes, *, gzipped: bool = False, etag: str | None = None) -> Response:
    """A JSON body, compressed or not as it comes, and as the client wants it.

    etag: names the content, whatever its encoding; the client must ask before it uses its copy again.
    """
    if etag and client_has(etag):
        return not_modified(etag)
    wants_gzip = request.accept_encodings.quality("gzip") > 0
    if wants_gzip and not gzipped and len(body) > SMALL:
        body, gzipped = gzip.compress(body, 4), True
    elif gzipped and not wants_gzip:
        body, gzipped = gzip.decompress(body), False
    answer = Response(body, mimetype="application/json")
    answer.headers["Vary"] = "Accept-Encoding, Authorization, Cookie"
    if gzipped:
        answer.headers["Content-Encoding"] = "gzip"
    return named(answer, etag) if etag else _uncached(answer)


def client_has(etag: str) -> bool:
    return request.if_none_match.contains_weak(etag)


def not_modified(etag: str) -> Response:
    """304: the client's copy is still right."""
    return named(Response(status=304), etag)


def named(answer: Response, etag: str) -> Response:
    answer.set_etag(etag, weak=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _uncached(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
