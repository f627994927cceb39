"""The truth beside the data: its tables and how they are read."""
