"""Which names of a run are one entity, and which never."""

from __future__ import annotations

import itertools
import random

import pytest

from unspin.entities import Entities, Entity


def resolve(*names: tuple[str, str] | tuple[str, str, str]) -> dict[tuple[str, str], Entity]:
    entities = Entities()
    for i, name in enumerate(names):
        entities.collect(name[0], name[1], name[2] if len(name) > 2 else "", name[0], f"{i}.txt")
    return entities.resolve()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("Siemens AG", "ORG"), ("Siemens", "ORG")),
        (("Bank of Ghana", "ORG"), ("The Bank of Ghana", "ORG")),
        (("Gaddafi Foundation", "ORG"), ("Qaddafi Foundation", "ORG")),
        (("Médecins du Monde", "ORG"), ("Medecins du Monde", "ORG")),
        (("Procter & Gamble", "ORG"), ("Procter and Gamble", "ORG")),
        (("Elbe Valley", "LOC"), ("Elbe Valley", "GPE")),
        (("Ruben Sá", "PERSON"), ("Ruben Sa", "PERSON")),
        (("U.N.", "ORG"), ("UN", "ORG")),
    ],
)
def test_one_entity(a: tuple[str, str], b: tuple[str, str]) -> None:
    found = resolve(a, b)
    assert found[a] == found[b]
    assert (found[a].mentions, found[a].documents) == (2, 2)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("North Korea", "GPE"), ("South Korea", "GPE")),
        (("Northern Province", "GPE"), ("Southern Province", "GPE")),
        (("Siemens", "ORG"), ("Siemens", "PERSON")),
        (("Ford Motor", "ORG"), ("Henry Ford", "PERSON")),
        (("Falcon 8 Programme", "PRODUCT"), ("Falcon 9 Programme", "PRODUCT")),
        (("Maria Rossini", "PERSON"), ("Mario Rossini", "PERSON")),
        (("Austria", "GPE", "iso3166:AT"), ("Australia", "GPE", "iso3166:AU")),
        (("Slovakia", "GPE", "iso3166:SK"), ("Slovenia", "GPE", "iso3166:SI")),
        (("Niger", "GPE", "iso3166:NE"), ("Nigeria", "GPE", "iso3166:NG")),
        (("First Artillery Brigade", "ORG"), ("Third Artillery Brigade", "ORG")),
        (("World Trade Union", "ORG"), ("World Trade Organization", "ORG")),
        (("Jordan", "PERSON"), ("Jordan", "GPE", "iso3166:JO")),
        (("Bank of Ghana", "ORG"), ("Bank of China", "ORG")),
        (("2024", "DATE"), ("2025", "DATE")),
    ],
)
def test_two_entities(a: tuple[str, ...], b: tuple[str, ...]) -> None:
    found = resolve(a, b)  # type: ignore[arg-type]
    assert found[a[0], a[1]].entity_id != found[b[0], b[1]].entity_id


def test_ids_are_readable() -> None:
    found = resolve(("U.S. Africa Command", "ORG"), ("Libya", "GPE", "iso3166:LY"), ("The Salt Road", "WORK_OF_ART"))
    assert found["U.S. Africa Command", "ORG"].entity_id == "org/us-africa-command"
    assert found["Libya", "GPE"].entity_id == "gpe/libya"
    assert found["Libya", "GPE"].reference == "iso3166:LY"
    assert found["The Salt Road", "WORK_OF_ART"].entity_id == "work-of-art/the-salt-road"


def test_ids_are_different_where_names_differ_only_in_marks() -> None:
    found = resolve(("A+B", "PRODUCT"), ("A-B", "PERSON"), ("A/B", "PERSON"))
    ids = {e.entity_id for e in found.values()}
    assert len(ids) == len({(e.name, e.type) for e in found.values()})


def test_the_order_of_documents_has_no_effect() -> None:
    names = [
        ("Siemens", "ORG"),
        ("Siemens AG", "ORG"),
        ("Siemans Energie", "ORG"),
        ("Siemens Energie", "ORG"),
        ("Reed", "PERSON"),
    ]
    documents = [(f"{i}.txt", random.Random(i).sample(names, 3)) for i in range(6)]
    results = []
    for order in itertools.islice(itertools.permutations(documents), 0, 720, 37):
        entities = Entities()
        for doc_id, mentioned in order:
            for name, type_ in mentioned:
                entities.collect(name, type_, "", name, doc_id)
        results.append(entities.resolve())
    assert all(r == results[0] for r in results)


def test_documents_are_counted_once_over_all_spellings() -> None:
    entities = Entities()
    for i in range(300):
        entities.collect("Siemens", "ORG", "", "Siemens", f"{i}")
        if i % 3 == 0:
            entities.collect("Siemens AG", "ORG", "", "Siemens AG", f"{i}")
    entity = entities.resolve()["Siemens AG", "ORG"]
    assert (entity.mentions, entity.documents, entity.name) == (400, 300, "Siemens")
    assert entity.aliases == ("Siemens AG",)


def test_no_spacy_is_imported() -> None:
    import subprocess
    import sys

    code = "import sys, unspin.entities; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
