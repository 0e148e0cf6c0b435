"""``python -m gatescope.server.training FOLDER LIMITS``: carry on the run in a folder; see `child`."""

import json
import sys
from pathlib import Path

from .child import main
from .files import RunFiles
from .limits import Limits

if __name__ == "__main__":
    sys.exit(main(RunFiles(Path(sys.argv[1])), Limits(**json.loads(sys.argv[2]))))
