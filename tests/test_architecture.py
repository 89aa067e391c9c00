"""The house: imports point one way, one package knows spaCy, one module prints."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "pipeline" / "unspin"

#: From the ground up: a module imports only what stands below it.  Modules on one line may not
#: import each other, except within a package of their own.
LAYERS = [
    {"records", "settings", "cache"},
    {"edits"},
    {"lexicon"},
    {"layout", "entities", "sentences"},
    {"sources", "tidy", "restore", "extract"},
    {"documents", "relations"},
    {"tables", "results", "engines", "decisions"},
    {"evaluate", "report", "export", "counterfactual", "dataframes"},
    {"compare", "runs"},
    {"cli"},
    {"__main__"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

#: Parts of a package that stand higher than the rest of it, right below the command line: they try entries out on
#: whole documents.
HIGHER = {
    f"lexicon.{name}" for name in ("check", "proofs", "mend", "verdicts", "mine", "learn", "explain", "accept")
}


#: Asks the environment where caches belong; nothing that it gives depends on the answer.
CACHES = {"cache"}


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        yield name.removesuffix(".__init__"), path


def imports(path):
    """Give the modules that a file imports, with whether it does so only for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in typing_only
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            if base in ("unspin", "unspin.lexicon", "unspin.restore", "unspin.extract"):
                for alias in node.names:
                    inner = ROOT.joinpath(*base.split(".")[1:], alias.name)
                    is_module = inner.with_suffix(".py").is_file() or inner.is_dir()
                    yield (f"{base}.{alias.name}" if is_module else base), id(node) in typing_only
            else:
                yield base, id(node) in typing_only


ALL = dict(modules())


def test_every_module_has_its_place():
    tops = {name.split(".")[0] for name in ALL} - {"__init__"}
    assert tops == set(LEVEL)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"__init__"}))
def test_imports_point_down(name):
    top = "cli" if name in HIGHER else name.split(".")[0]
    for target, _ in imports(ALL[name]):
        if target == "unspin" or not target.startswith("unspin."):
            continue
        inner = target.removeprefix("unspin.")
        other = inner.split(".")[0]
        if name in HIGHER and other == "lexicon":
            continue
        if other == top:
            assert inner not in HIGHER, f"{name} imports {inner}"
            continue
        assert LEVEL[other] < LEVEL[top], f"{name} imports {target}"
        assert inner not in HIGHER or top == "cli", f"{name} imports {inner}"


def test_only_extract_imports_spacy():
    found = {name for name, path in ALL.items() for target, _ in imports(path) if target.split(".")[0] == "spacy"}
    assert found
    assert {name.split(".")[0] for name in found} == {"extract"}


def test_only_the_command_line_prints():
    found = set()
    for name, path in ALL.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                found.add(name)
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ("stdout", "stderr")
                and isinstance(node.value, ast.Name)
            ):
                found.add(name)
    assert found == {"cli"}


def test_the_stages_know_no_clock_and_no_environment():
    quiet = [name for name in ALL if LEVEL.get(name.split(".")[0], 99) <= LEVEL["documents"] and name not in HIGHER]
    assert len(quiet) > 10
    for name in quiet:
        for target, _ in imports(ALL[name]):
            assert target.split(".")[0] not in {"time", "random", "logging", "subprocess"}, name
        for node in ast.walk(ast.parse(ALL[name].read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"today", "utcnow"}, name
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                assert node.attr not in {"environ", "getenv"} or name in CACHES, name
