"""pytest with the package's plugin; with ATLAS_PRELOAD, in a process that loads those libraries first."""

import os
import sys

if preload := os.environ.pop("ATLAS_PRELOAD", None):
    os.environ["LD_PRELOAD"] = preload
    os.execv(sys.executable, [sys.executable, *sys.argv])

try:
    import pytest
except ImportError:
    print("pytest is not installed: skipped", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 77)

# conftest.py has its own, stricter eye on what cannot be raised.
sys.exit(pytest.main(["-p", "atlas.pytest_plugin", "-p", "no:unraisableexception", *sys.argv[1:]]))
