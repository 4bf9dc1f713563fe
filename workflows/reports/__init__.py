"""Statutory reports: figures counted from cases and documents, their checks, and the texts around them."""
