"""Where compiled kernels are kept.

numba keeps them beside the source or, where that cannot be written, in the user's cache folder. Where neither can be
(a read-only installation run by a user without a home), it refuses to load the kernels; then a folder of the user
in the temporary directory takes them.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import numba

SETTING = "NUMBA_CACHE_DIR"


def ensure_cache_folder(source: Path) -> None:
    """Point numba to a temporary cache folder if neither beside `source` nor the user's own can be written.

    Has to be called before a kernel is defined. A setting of the user's stands.
    """
    if os.environ.get(SETTING) or any(_writable(folder) for folder in (source / "__pycache__", _user_cache())):
        return
    os.environ[SETTING] = str(_own_temporary_folder())
    numba.config.CACHE_DIR = os.environ[SETTING]  # type: ignore[attr-defined]


def _user_cache() -> Path:
    configured = os.environ.get("XDG_CACHE_HOME")
    return (Path(configured) if configured else Path(os.path.expanduser("~")) / ".cache") / "numba"  # noqa: PTH111


def _writable(folder: Path) -> bool:
    """Whether a file can be made in `folder`, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _own_temporary_folder() -> Path:
    """The same folder for each run of a user, and nobody else's: what lies in a cache is executed."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"karez-kernels-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        ours = stat.S_ISDIR(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == user)
        if ours and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="karez-kernels-"))
