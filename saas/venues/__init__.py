"""Venues and their seating plans."""
