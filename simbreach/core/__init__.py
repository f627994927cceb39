"""Foundations that know nothing of leaks: errors, keyed streams, sampling, digits, Arrow arrays."""
