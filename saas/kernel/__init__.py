"""The ground every domain stands on: money, time, ids, errors, secrets, and work for later."""
