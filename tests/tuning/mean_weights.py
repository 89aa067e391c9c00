"""Write the mean of several fits of the later passes' weights, phrase by phrase.

    python tests/tuning/mean_weights.py FOLDER FOLDER ...

Each folder holds the ``weights.json`` and ``slopes.npz`` of a fit (``fit_weights.py --later --write`` puts them into
``pipeline/unspin/restore``); the mean takes their place there.  A phrase that a fit knows nothing of adds nothing in
it, but for the last one's: what only the newest fit knows counts in full.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from unspin.restore import features
from unspin.restore.slopes import SLOPES_PATH, save


def read(folder: Path) -> tuple[dict[str, float], dict[str, np.ndarray], list[str]]:
    """Give the shared weights of a fit, and of each phrase what it adds: (2, features), spun and plain."""
    with np.load(folder / "slopes.npz", allow_pickle=False) as data:
        phrases, names = (bytes(data[part]).decode("utf-8").split("\n") for part in ("phrases", "features"))
        both = np.stack([data["spun"] * data["steps"], data["plain"] * data["steps"]], axis=1)
    shared = json.loads((folder / "weights.json").read_text(encoding="utf-8"))["later"]
    return shared, dict(zip(phrases, both, strict=True)), names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    fits = [read(folder) for folder in parser.parse_args().folder]
    names = fits[-1][2]
    assert all(fit[2] == names for fit in fits), "the fits are of different features"
    known = [set(fit[1]) for fit in fits[:-1]]
    phrases = sorted(set(fits[-1][1]).union(*known))
    nothing = np.zeros((2, len(names)))
    rows = np.array(
        [
            fits[-1][1][phrase]
            if not any(phrase in one for one in known)
            else np.mean([fit[1].get(phrase, nothing) for fit in fits], axis=0)
            for phrase in phrases
        ]
    )
    path = features.WEIGHTS_PATH
    data = json.loads(path.read_text(encoding="utf-8"))
    data["later"] = {
        name: round(float(np.mean([fit[0].get(name, 0.0) for fit in fits])), 4)
        for name in features.NAMES
        if any(fit[0].get(name) for fit in fits)
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    save(SLOPES_PATH, phrases, names, rows[:, 0], rows[:, 1])


if __name__ == "__main__":
    main()
