"""The actors, a module a domain. Importing this package registers all of them."""

from workers.actors import mail

__all__ = ["mail"]
