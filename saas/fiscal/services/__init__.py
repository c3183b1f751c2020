"""The fiscal services: what a sale will cost in tax, issuing its document, and keeping series, ranges and rates.

Issuing is three calls inside the sale's transaction: `remembered_context` (one query, or none), `quote_document`
(pure), and `issue_document` (one statement), which takes the number and so comes last.
"""

from saas.fiscal.services.context import FiscalContext, TaxRules, load_context
from saas.fiscal.services.issuing import IssuedDocument, issue_document
from saas.fiscal.services.memory import forget_contexts, remembered_context, remembered_tax_rules
from saas.fiscal.services.quoting import Quote, QuoteLine, quote_document

__all__ = [
    "FiscalContext",
    "IssuedDocument",
    "Quote",
    "QuoteLine",
    "TaxRules",
    "forget_contexts",
    "issue_document",
    "load_context",
    "quote_document",
    "remembered_context",
    "remembered_tax_rules",
]
