"""Live events: a change that has been committed, seen on every other screen at once.

The web publishes to Redis (`saas.kernel.live`), the realtime process listens and tells its sockets (`server`). Neither
is needed for a sale to be right: every change bears a revision, and a client that missed one asks for the snapshot.
"""
