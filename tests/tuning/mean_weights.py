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
from unspin.restore.slopes import SLOPES_PATH, read, save


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    folders = parser.parse_args().folder
    fits = []
    for folder in folders:
        phrases, spun, plain = read(folder / "slopes.npz")
        fits.append(dict(zip(phrases, np.stack([spun, plain], axis=1), strict=True)))
    shared = [json.loads((folder / "weights.json").read_text(encoding="utf-8"))["later"] for folder in folders]
    *earlier, newest = fits
    phrases = sorted(set().union(*fits))
    nothing = np.zeros((2, len(features.NAMES)))
    rows = np.array(
        [
            np.mean([fit.get(phrase, nothing) for fit in fits], axis=0)
            if any(phrase in fit for fit in earlier)
            else newest[phrase]
            for phrase in phrases
        ]
    )
    path = features.WEIGHTS_PATH
    data = json.loads(path.read_text(encoding="utf-8"))
    mean = {name: np.mean([fit.get(name, 0.0) for fit in shared]) for name in features.NAMES}
    data["later"] = {name: round(float(weight), 4) for name, weight in mean.items() if weight}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    save(SLOPES_PATH, phrases, features.NAMES, rows[:, 0], rows[:, 1])


if __name__ == "__main__":
    main()
