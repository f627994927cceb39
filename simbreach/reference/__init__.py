"""Reference tables that ship with the package, and how they are read."""
