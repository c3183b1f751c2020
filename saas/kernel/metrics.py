"""What the house counts for Prometheus.

Domains count after the commit: `after_commit(session, SALES.labels("confirmed").inc)`. What was refused was
not committed: it is in the requests, by route and status.

No label names a tenant, a customer or an id: their number has no bound, and a label's values are kept for ever.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUEST_SECONDS = Histogram(
    "taquilla_request_seconds",
    "Time to answer, by route",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10),
)
REQUESTS = Counter("taquilla_requests", "Answered requests", ["endpoint", "method", "status"])
HOLDS = Counter("taquilla_holds", "Holds by what became of them: held, extended, released", ["outcome"])
EXPIRED_PLACES = Counter("taquilla_expired_places", "Places that a draft held until its time was over")
SALES = Counter("taquilla_sales", "Sales by what became of them: confirmed", ["outcome"])
CHECKINS = Counter("taquilla_checkins", "Tickets at the door: admitted", ["outcome"])
