"""Who did what, append-only, sealed in batches so that tampering shows."""
