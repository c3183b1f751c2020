"""What an operator asked for and cannot have."""

from __future__ import annotations


class TenancyRefused(Exception):
    """The wish cannot be carried out; the message is one clear line for the operator."""
