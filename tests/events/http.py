"""A person at the API of their tenant."""

from functools import lru_cache

from tests.access.factories import bearer, browser_on, make_member, sign_in


class Caller:
    """Speaks JSON to /api/v1 on a tenant's host, in a role."""

    def __init__(self, app, tenant, role="owner", *, host=None):
        self.browser = browser_on(app, host or tenant)
        self.headers = bearer(_token(app, tenant, role)) if role else {}

    def __getattr__(self, method):
        def call(path, body=None, **more):
            headers = self.headers | more.pop("headers", {})
            if body is not None:
                more["json"] = body
            return getattr(self.browser, method)(f"/api/v1{path}", headers=headers, **more)

        return call


@lru_cache(maxsize=64)
def _token(app, tenant, role):
    return sign_in(app, make_member(tenant, role))["access_token"]
