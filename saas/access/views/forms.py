"""What the pages share: a refused form shown again, a safe way back, and pages that nobody may keep."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from saas.kernel.errors import AppError, RateLimited


def refused(template: str, refusal: AppError, **shown: Any) -> Response:
    """The form again, with what was wrong beside its fields, or above them where no field is to blame."""
    fields = {name: lines for name, lines in refusal.details.items() if isinstance(lines, list)}
    message = None if fields else str(refusal.message)
    answer = make_response(render_template(template, errors=fields, message=message, **shown), refusal.status)
    if isinstance(refusal, RateLimited):
        answer = make_response(
            render_template(template, errors={}, message=too_soon(refusal.retry_after), **shown), refusal.status
        )
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return unkept(answer)


def too_soon(seconds: int) -> str:
    """How long to wait, as people say it."""
    if seconds < 90:
        return _("Too many attempts. Try again in %(count)s seconds.", count=seconds)
    return _("Too many attempts. Try again in %(count)s minutes.", count=(seconds + 59) // 60)


def unkept(answer: Response) -> Response:
    """Keep a page with secrets or codes out of every cache, the browser's «back» included."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def path_back() -> str:
    """The path in `next`, if it is one of ours, or the start: no open redirect.

    Browsers read `//host` and `/\\host` as other hosts, and drop tabs and line ends inside an address.
    """
    target = request.values.get("next", "")
    try:
        parts = urlsplit(target)
    except ValueError:  # such as "//["
        return "/"
    foreign = parts.scheme or parts.netloc or target[1:2] in ("/", "\\") or any(sign < " " for sign in target)
    return target if target.startswith("/") and not foreign else "/"
