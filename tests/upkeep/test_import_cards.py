from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support.importing import Ended
from tests.support.importing import Office
from tests.support.importing import rejects

UNIT_MAP = """\
kind = "units"

[columns]
unit = "房号"
area = "建筑面积"
state = "状态"
aliases = "别名"
note = "备注"
water_meter = "水表号"
water_base = "水表底数"
base_on = "交房日期"

[values.state]
"自住" = "occupied"
"""
UNIT_HEADING = "房号,建筑面积,状态,别名,备注,水表号,水表底数,交房日期\n"
UNITS = (
    "3栋2单元1501,89.5,自住,,南北通透,W-77,12.50,2024-05-01\n"
    "3栋2单元1502,,空置,,,,,\n"
    "商铺12,45,,小卖部,,,,\n"
)
RESIDENT_MAP = """\
kind = "residents"

[columns]
name = "姓名"
kind = "身份"
salutation = "性别"
unit = "房号"
since = "入住日期"
until = "搬离日期"
phones = ["手机", "座机"]
id_number = "身份证号"
note = "备注"

[values.salutation]
"男" = "mr"
"女" = "ms"
"""
RESIDENT_HEADING = "姓名,身份,性别,房号,入住日期,搬离日期,手机,座机,身份证号,备注\n"
SUN = "孙丽,业主,女,3-2-1501,2024-05-01,,13800138000,010-65551234,110101199003074477,\n"
SUN_AGAIN = "孙丽,租户,,商铺12,2025-01-01,,13800138000,,,开小卖部\n"
LI = "李强,业主,男,３栋２单元1502,2023-01-01,2026-03-31,,,,\n"


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    made = Office(tmp_path, capsys, monkeypatch)
    made.file("units.toml", UNIT_MAP)
    made.file("residents.toml", RESIDENT_MAP)
    return made


def take(office: Office, kind: str, text: str, *more: str) -> Ended:
    path = office.file(f"{kind}.csv", text)
    return office.run("import", kind, path, "--map", office.folder / f"{kind}.toml", *more)


def update(office: Office, kind: str) -> None:
    path = office.folder / f"{kind}.toml"
    path.write_text('existing = "update"\n' + path.read_text())


def test_units_are_read_by_the_names_that_people_use(office: Office) -> None:
    assert take(office, "units", UNIT_HEADING + UNITS) == (0, "", "3 rows: 3 create\n")
    made = {record["id"]: record for record in office.records("unit")}
    assert made["3-2-1501"] == {
        "id": "3-2-1501",
        "kind": "home",
        "building": "3",
        "entrance": "2",
        "room": "1501",
        "area": "89.50",
        "state": "occupied",
        "note": "南北通透",
        "meter": [{"kind": "water", "number": "W-77", "base": "12.5", "base_on": date(2024, 5, 1)}],
    }
    assert made["3-2-1502"]["state"] == "vacant"
    assert made["S-12"]["aliases"] == ["小卖部"]


def test_units_may_be_given_by_building_entrance_and_room(office: Office) -> None:
    office.file(
        "units.toml",
        'kind = "units"\n[columns]\nbuilding = "栋"\nentrance = "单元"\nroom = "房"\nkind = "类"\n',
    )
    rows = "3栋,2单元,1501,住宅\n４,,0101室,\nB1,,023,车位\n,,12,商铺\n"
    assert take(office, "units", "栋,单元,房,类\n" + rows)[0] == 0
    assert {record["id"] for record in office.records("unit")} == {
        "3-2-1501", "4-0101", "P-B1-023", "S-12",
    }  # fmt: skip


def test_a_second_run_over_units_changes_nothing(office: Office) -> None:
    take(office, "units", UNIT_HEADING + UNITS)
    before = office.files()
    assert take(office, "units", UNIT_HEADING + UNITS) == (0, "", "3 rows: 3 unchanged\n")
    assert office.files() == before


def test_what_the_book_says_of_a_unit_is_kept_unless_the_map_says_otherwise(office: Office) -> None:
    take(office, "units", UNIT_HEADING + UNITS)
    office.run("unit", "edit", "3-2-1502", "--state", "custody")
    before = office.files()
    status, _out, err = take(office, "units", UNIT_HEADING + UNITS)
    assert (status, "2 unchanged, 1 differs" in err) == (0, True)
    assert office.files() == before
    update(office, "units")
    assert take(office, "units", UNIT_HEADING + UNITS)[2] == "3 rows: 1 update, 2 unchanged\n"
    assert {one["id"]: one.get("state") for one in office.records("unit")}["3-2-1502"] == "vacant"


@pytest.mark.parametrize(
    "row, reason",
    [
        ("后门,,,,,,,\n", "'后门' is no name of a unit"),
        ("３-2-1501,,,,,,,\n", "'3-2-1501' stands in the list twice"),
        ("03-02-1501,,,,,,,\n", "'03-02-1501' stands in the list twice, as '3-2-1501'"),
        ("5-101,八十九,,,,,,\n", "'八十九' is not an amount"),
        ("5-101,89.5,闲置,,,,,\n", "状态: '闲置' is unknown"),
    ],
)
def test_a_unit_that_does_not_fit_refuses_the_list(office: Office, row: str, reason: str) -> None:
    before = office.files()
    status, _out, err = take(office, "units", UNIT_HEADING + UNITS + row)
    assert (status, reason in err) == (4, True), err
    assert office.files() == before
    assert reason in rejects(office.folder / "units.rejects.csv")[0]["reason"]


def settled(office: Office) -> None:
    take(office, "units", UNIT_HEADING + UNITS)


def test_residents_come_with_their_units_phones_and_papers(office: Office) -> None:
    settled(office)
    assert take(office, "residents", RESIDENT_HEADING + SUN + LI)[0] == 0
    sun, li = office.records("resident")
    assert sun == {
        "id": "R-A0001",
        "name": "孙丽",
        "kind": "owner",
        "salutation": "ms",
        "relation": [{"unit": "3-2-1501", "as": "owner", "since": date(2024, 5, 1)}],
        "private": {
            "phones": ["13800138000", "010-65551234"],
            "id_number": "110101199003074477",
        },
    }
    assert li["relation"] == [
        {"unit": "3-2-1502", "as": "owner", "since": date(2023, 1, 1), "until": date(2026, 3, 31)}
    ]


def test_rows_of_one_person_become_one_card(office: Office) -> None:
    settled(office)
    ended = take(office, "residents", RESIDENT_HEADING + SUN + SUN_AGAIN, "--format", "csv")
    assert [line.split(",")[2] for line in ended.out.splitlines()[1:]] == ["R-A0001", "R-A0001"]
    (sun,) = office.records("resident")
    assert [(one["unit"], one["as"]) for one in sun["relation"]] == [
        ("3-2-1501", "owner"), ("S-12", "tenant"),
    ]  # fmt: skip
    assert (sun["kind"], sun["note"]) == ("owner", "开小卖部")


@pytest.mark.parametrize("existing", ["keep", "update"])
def test_a_second_run_over_residents_changes_nothing(office: Office, existing: str) -> None:
    settled(office)
    if existing == "update":
        update(office, "residents")
    take(office, "residents", RESIDENT_HEADING + SUN + SUN_AGAIN + LI)
    before = office.files()
    ended = take(office, "residents", RESIDENT_HEADING + SUN + SUN_AGAIN + LI)
    assert ended == (0, "", "3 rows: 3 unchanged\n")
    assert office.files() == before


def test_people_of_one_name_are_told_apart(office: Office) -> None:
    settled(office)
    other = SUN.replace("13800138000", "13900139000").replace("110101199003074477", "")
    other = other.replace("3-2-1501", "3-2-1502").replace(",010-65551234,", ",,")
    assert take(office, "residents", RESIDENT_HEADING + SUN + other)[0] == 0
    assert [record["id"] for record in office.records("resident")] == ["R-A0001", "R-A0002"]


def test_a_row_that_may_be_two_people_is_rejected(office: Office) -> None:
    settled(office)
    other = "孙丽,业主,,3-2-1502,,,13900139000,,,\n"
    both = "孙丽,业主,,3-2-1501,,,13900139000,,,\n"
    take(office, "residents", RESIDENT_HEADING + SUN + other)
    status, _out, err = take(office, "residents", RESIDENT_HEADING + both)
    assert (status, "it may be any of R-A0001, R-A0002" in err) == (4, True)


def test_news_of_a_resident_is_told_and_taken_only_if_asked(office: Office) -> None:
    settled(office)
    take(office, "residents", RESIDENT_HEADING + SUN)
    news = SUN.replace("13800138000", "13700137000").replace(
        "2024-05-01,,", "2024-05-01,2026-10-31,"
    )
    before = office.files()
    planned = office.rows(
        "import", "residents", office.file("n.csv", RESIDENT_HEADING + news),
        "--map", office.folder / "residents.toml", "--plan",
    )  # fmt: skip
    assert [(row["verdict"], row["reason"]) for row in planned] == [
        ("differs", "relation, private.phones")
    ]
    assert take(office, "residents", RESIDENT_HEADING + news)[0] == 0
    assert office.files() == before
    update(office, "residents")
    take(office, "residents", RESIDENT_HEADING + news)
    (sun,) = office.records("resident")
    assert sun["private"]["phones"] == ["13800138000", "010-65551234", "13700137000"]
    assert sun["relation"][0]["until"] == date(2026, 10, 31)


@pytest.mark.parametrize(
    "row, reason",
    [
        ("孙丽,业主,,9-9-999,,,,,,\n", "there is no unit '9-9-999' in the book"),
        ("孙丽,过路人,,3-2-1501,,,,,,\n", "it is not said what '孙丽' is to '3-2-1501'"),
        ("孙丽,业主,,,,,,,110101199003074478,\n", "identity number '110101********4478' is wrong"),
        ("孙丽,业主,,,,,1.38E+10,,,\n", "digits may be lost"),
        ("孙丽,业主,,3-2-1501,2025-01-01,2024-01-01,,,,\n", "RES101"),
        (",业主,,,,,,,,\n", "name is empty"),
    ],
)
def test_a_resident_that_does_not_fit_refuses_the_list(
    office: Office, row: str, reason: str
) -> None:
    settled(office)
    before = office.files()
    status, _out, err = take(office, "residents", RESIDENT_HEADING + LI + row)
    assert (status, reason in err) == (4, True), err
    assert office.files() == before


def test_an_unknown_unit_may_go_to_the_note(office: Office) -> None:
    path = office.folder / "residents.toml"
    path.write_text(path.read_text() + '\n[unknown]\nunit = "note"\n')
    assert take(office, "residents", RESIDENT_HEADING + SUN)[0] == 0
    (sun,) = office.records("resident")
    assert (sun["note"], "relation" in sun) == ("3-2-1501", False)


def test_what_was_taken_over_is_valid(office: Office) -> None:
    settled(office)
    take(office, "residents", RESIDENT_HEADING + SUN + SUN_AGAIN + LI)
    status, out, err = office.run("validate", "units", "residents")
    assert (status, out) == (0, ""), err
