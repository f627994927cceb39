"""The one synthetic France: people, households, addresses, health."""
