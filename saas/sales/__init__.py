"""The sale: hold, confirm, tickets, check-in."""
