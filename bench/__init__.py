"""Measurements of load and scale. `make bench` runs all, `make bench-<name>` one; results are in `bench/results`."""
