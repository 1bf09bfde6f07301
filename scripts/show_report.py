"""Open a finished report in the browser, where there is a person and a screen to show it on."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path


def somebody_looks() -> bool:
    """Whether a browser window makes sense: not in CI, and with a screen."""
    if os.environ.get("CI"):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__" and somebody_looks():
    webbrowser.open(Path(sys.argv[1]).resolve().as_uri())
