"""Paper: invoices, receipts and tickets as PDF, drawn from plain dictionaries without a database."""
