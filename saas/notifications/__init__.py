"""Messages to people, by mail."""
