"""The Venezuelan rules as pure functions: no database, no clock, no float.

Each module names the norm it follows. Published vectors of these rules are in
``tests/data/venezuela-vectors.json``.
"""
