"""Realistic, fully synthetic French health-data leaks, with the truth about every cell."""

__version__ = "0.1.0"
