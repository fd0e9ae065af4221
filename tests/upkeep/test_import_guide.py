from __future__ import annotations

import re
from pathlib import Path

import pytest

from svcctl.upkeep.importing import residents
from svcctl.upkeep.importing import tickets
from svcctl.upkeep.importing import units
from svcctl.upkeep.importing.known import Known
from tests.support.builders import at
from tests.support.importing import Office

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "import.md"


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    return Office(tmp_path, capsys, monkeypatch)


def test_the_map_of_the_guide_takes_over_a_list(office: Office) -> None:
    (text,) = re.findall(
        r"^```toml\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    path = office.file("map.toml", text)
    heading = "编号,受理时间,办结日期,细类,大类,内容,房号,来电人,电话,登记人"
    row = "10086,2019-03-01 09:12,02/03/2019,水电维修,工程,水管漏水,3-2-1501,孙女士,无,李娜"
    cases = office.file("案件.csv", f"{heading}\n{row}\n".encode("gb18030"))
    assert office.run("import", "tickets", cases, "--map", path).status == 0
    (record,) = office.records("ticket")
    assert (record["source"], record["kind"], record["subject"], record["status"]) == (
        "wy2019:10086", "repair", "工程：水管漏水", "closed",
    )  # fmt: skip
    assert record["log"][0]["note"] == "李娜"


@pytest.mark.parametrize("module", [tickets, units, residents])
def test_the_guide_names_every_field(office: Office, module: object) -> None:
    known = Known(office.book(), at("2026-11-21 09:12"), "A")
    text = GUIDE.read_text("utf-8")
    names = [field.name for field in module.fields(known)]  # type: ignore[attr-defined]
    families = ("power_", "gas_")
    missing = [name for name in names if f"`{name}`" not in text and not name.startswith(families)]
    assert missing == []
