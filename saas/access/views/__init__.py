"""Pages of access: signing in, one's own account, the team, and API clients."""
