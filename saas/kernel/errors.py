"""Refusals: what the house expects to say no to, each with a status, a code that never changes, and a message."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l


class AppError(Exception):
    """A refusal we expect and can explain; anything else is a bug and answers INTERNAL_ERROR."""

    status: int = 400
    code: str = "BAD_REQUEST"
    message: Any = _l("The request cannot be carried out.")

    def __init__(self, **details: Any) -> None:
        super().__init__(str(self.code))
        self.details = details


class BadRequest(AppError):
    """The request is malformed beyond what a schema can say."""


class ValidationFailed(AppError):
    """Fields that cannot be accepted: `ValidationFailed(quantity=["Must be at least 1."])`."""

    code, message = "VALIDATION_ERROR", _l("Invalid input data")


class AuthenticationRequired(AppError):
    status, code, message = 401, "AUTHENTICATION_REQUIRED", _l("Sign in to go on.")


class Forbidden(AppError):
    status, code, message = 403, "FORBIDDEN", _l("You may not do this.")


class NotFound(AppError):
    """Not there, or not yours: the two look alike from outside."""

    status, code, message = 404, "NOT_FOUND", _l("There is no such thing here.")


class Conflict(AppError):
    status, code, message = 409, "CONFLICT", _l("The state of things no longer allows this.")


class InvalidState(Conflict):
    """A move that the table of transitions does not know. Details: `entity`, `state`, `wanted`."""

    code, message = "INVALID_STATE", _l("This cannot be done in the present state.")


class Contended(Conflict):
    """Rivals have what is wanted locked at this moment; the edge tries again before it says so."""

    code, message = "BUSY", _l("Somebody else is changing the same thing. Try again.")


class RateLimited(AppError):
    """Too much, too fast. `retry_after`: whole seconds, sent as the header too."""

    status, code, message = 429, "RATE_LIMITED", _l("Too many attempts. Wait a little and try again.")

    def __init__(self, retry_after: int, **details: Any) -> None:
        super().__init__(retry_after=retry_after, **details)
        self.retry_after = retry_after


class Unavailable(AppError):
    status, code, message = 503, "UNAVAILABLE", _l("The service is briefly unavailable. Try again.")
