"""Work outside the request: broker, actors, the relay that loses nothing, the scheduler. docs/work.md explains."""
