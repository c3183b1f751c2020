"""Money received and given back: an append-only ledger per sale."""
