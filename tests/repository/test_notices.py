"""The licence list and the bill of materials: complete, valid, and of the versions that are locked."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import msgspec
import notices
import pytest
from packaging.licenses import canonicalize_license_expression

ROOT = Path(__file__).parents[2]
LIST = ROOT / "resources/notices" / notices.LIST
BILL = ROOT / "resources/notices" / notices.BILL


def test_every_locked_package_has_a_licence_entry() -> None:
    entries = notices.TABLE["packages"]
    assert set(notices.locked()) == set(entries), "mend packaging/content/licences.toml, then run make notices"


@pytest.mark.parametrize("expression", sorted({*notices.TABLE["packages"].values(), *notices.TABLE["beside"].values()}))
def test_licences_are_spdx(expression: str) -> None:
    assert canonicalize_license_expression(expression) == expression


def test_an_entry_says_what_the_package_says_of_itself() -> None:
    invalid = {}
    for name in notices.locked():
        try:
            expression = metadata.metadata(name).get("License-Expression")
        except metadata.PackageNotFoundError:
            continue  # not for this system
        if expression is not None and expression != notices.TABLE["packages"][name]:
            invalid[name] = expression
    assert not invalid


def test_the_program_needs_what_is_listed() -> None:
    """No tool of the developers', and all that the programs import."""
    shipped = notices.shipped()
    assert {"awscrt", "aiohttp", "boto3", "granian", "ctranslate2", "numpy", "pyside6-essentials"} <= set(shipped)
    assert not {"hatchling", "pyinstaller", "pytest", "ruff"} & set(shipped)


def test_the_list_is_of_the_locked_versions() -> None:
    head = LIST.read_text("utf-8").split("=" * 20)[0]
    for name, version in notices.shipped().items():
        row = rf"(?m)^{re.escape(name)} +{re.escape(version)} +{re.escape(notices.TABLE['packages'][name])}$"
        assert re.search(row, head), f"{name} is not listed as it is locked: run make notices"
    for name in notices.TABLE["beside"]:
        assert name in head


def test_the_list_holds_the_texts() -> None:
    text = LIST.read_text("utf-8")
    for phrase in (
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "GNU GENERAL PUBLIC LICENSE",
        "Apache License",
        "PYTHON SOFTWARE FOUNDATION LICENSE",
    ):
        assert phrase in text


def test_the_bill_is_valid_and_of_the_locked_versions() -> None:
    # Imported here: it compiles the grammar of web addresses, seconds of CPU that each test process would pay.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = BILL.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == notices.bill(), "run make notices"
    components = {part["name"]: part.get("version") for part in msgspec.json.decode(text)["components"]}
    assert notices.shipped().items() <= components.items()


def test_both_are_made_the_same_again() -> None:
    assert notices.bill() == notices.bill()
    assert notices.licence_list() == notices.licence_list()
