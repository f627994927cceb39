"""`python -m simbreach`: the command line where the `simbreach` script is not on the path."""

import sys

from simbreach.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
