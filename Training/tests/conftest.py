import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


@pytest.fixture
def reference() -> Path:
    """The folder with outputs of the official code: `$KAPAO_REFERENCE`, or `shared/reference` near the repository."""
    places = [Path(p) for p in (os.environ.get("KAPAO_REFERENCE"),) if p]
    places += [ROOT.parent / "shared" / "reference", ROOT.parent.parent / "shared" / "reference"]
    for place in places:
        if place.is_dir():
            return place
    pytest.skip("reference vectors are not at hand (set KAPAO_REFERENCE)")
