"""Which data this version makes: kept where asking costs nothing."""

# Raised by every commit that changes generated rows: the same profile, seed and data version give the same.
DATA_VERSION = 1
