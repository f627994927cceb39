"""The copies of a leak: how they are made and marked, and which of them a found file came from."""
