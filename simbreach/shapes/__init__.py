"""Leak shapes: the forms in which a table is found once it has leaked, one module each."""
