"""``python -m tui`` is ``runningtab``."""

import sys

from tui.cli import main

sys.exit(main())
