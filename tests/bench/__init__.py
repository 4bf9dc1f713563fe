"""Measurements, not tests: `python -m tests.bench`. Figures of one run are compared with each other, not asserted."""
