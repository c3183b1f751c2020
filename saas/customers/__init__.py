"""Whom a sale is for."""
