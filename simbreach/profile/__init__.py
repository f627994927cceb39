"""The profile language: TOML files, checked, extended and overridden."""
