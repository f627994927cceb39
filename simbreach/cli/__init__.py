"""The command line: one module a verb; console.py is the only file that prints."""
