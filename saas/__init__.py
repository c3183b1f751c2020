"""The application: one package a domain, floor by floor (docs/architecture.md)."""
