"""What becomes of two desks' work: field by field, and in real repositories through Git."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.kinds import KINDS
from svcctl.vcs.merges.merge import CannotMergeError
from svcctl.vcs.merges.merge import merge
from svcctl.vcs.merges.twins import twins
from tests.support.builders import entry
from tests.support.builders import ticket
from tests.support.clones import Clones


def resident(**fields: Any) -> Record:
    return {"id": "R-A0123", "name": "孙丽", **fields}


def relation(unit: str = "3-2-1501", **fields: Any) -> Record:
    return {"unit": unit, "as": "owner", **fields}


def merged(base: Record | None, ours: Record, theirs: Record, kind: str = "resident") -> Record:
    """Merge both ways round, which must be the same."""
    made = merge(KINDS[kind], base, ours, theirs)
    assert made == merge(KINDS[kind], base, theirs, ours)
    return made


# Fields.


def test_each_sides_field_is_taken() -> None:
    made = merged(resident(kind="owner"), resident(kind="owner", note="x"), resident(kind="tenant"))
    assert made == resident(kind="tenant", note="x")


def test_two_values_of_one_field_are_disputed() -> None:
    made = merged(resident(kind="owner"), resident(kind="tenant"), resident(kind="agent"))
    assert made == resident(
        kind="agent", disputed=[{"field": "kind", "values": ["agent", "tenant"]}]
    )


def test_changed_and_taken_out_is_disputed_and_stays() -> None:
    made = merged(resident(kind="owner"), resident(), resident(kind="agent"))
    assert made == resident(
        kind="agent", disputed=[{"field": "kind", "values": ["agent"], "gone": True}]
    )


def test_what_nobody_but_one_took_out_is_gone() -> None:
    assert merged(resident(kind="owner"), resident(), resident(kind="owner", note="x")) == resident(
        note="x"
    )


def test_private_disputes_stay_private() -> None:
    base, ours, theirs = (resident(private={"id_number": one}) for one in "312")
    assert merged(base, ours, theirs) == resident(
        private={"id_number": "1", "disputed": [{"field": "id_number", "values": ["1", "2"]}]}
    )


def test_fields_of_a_newer_version_are_merged_like_all_others() -> None:
    made = merged(
        resident(), resident(pets={"cat": 1}, songs=[{"a": 1}]), resident(pets={"dog": 1})
    )
    assert made == resident(pets={"cat": 1, "dog": 1}, songs=[{"a": 1}])


def test_a_table_and_a_text_cannot_be_merged() -> None:
    with pytest.raises(CannotMergeError):
        merged(resident(), resident(pets={"cat": 1}), resident(pets="cat"))
    with pytest.raises(CannotMergeError):
        merged(resident(), resident(disputed="x"), resident(note="x"))
    with pytest.raises(CannotMergeError):
        merged(None, resident(), resident() | {"id": "R-A0124"})


# Lists.


def phones(*numbers: str) -> Record:
    return resident(private={"phones": list(numbers)})


def test_lists_of_values_are_ordered_sets() -> None:
    assert merged(phones("1"), phones("1", "2"), phones("1", "3")) == phones("1", "2", "3")
    assert merged(phones("1", "2"), phones("2"), phones("1", "2", "3")) == phones("2", "3")
    assert merged(phones("1", "2", "3"), phones("3", "1", "2"), phones("1", "2", "3", "4")) == (
        phones("3", "1", "2", "4")
    )
    assert merged(phones("1"), phones("0", "1"), phones("1", "2")) == phones("0", "1", "2")


def test_one_item_made_two_different_ones_is_disputed_and_both_stay() -> None:
    made = merged(phones("1"), phones("2"), phones("3"))
    assert made["private"] == {
        "phones": ["2", "3"],
        "disputed": [{"field": "phones", "values": ["2", "3"]}],
    }


def test_a_list_that_only_both_sides_together_would_empty_is_kept() -> None:
    made = merged(phones("1", "2"), phones("1"), phones("2"))
    assert made["private"]["phones"] == ["1", "2"]
    assert made["private"]["disputed"] == [{"field": "phones", "values": ["1", "2"]}]


def test_a_list_that_is_a_whole_is_one_or_the_other() -> None:
    base, ours, theirs = (
        {"id": "2026-01-01", "title": "x", "shift": {"summer": [one, "09-30"]}}
        for one in ("06-01", "05-01", "07-01")
    )
    made = merged(base, ours, theirs, "policy")
    assert made["shift"] == {"summer": ["05-01", "09-30"]}
    assert made["disputed"] == [
        {"field": "shift.summer", "values": [["05-01", "09-30"], ["07-01", "09-30"]]}
    ]


# Rows.


def test_rows_are_merged_field_by_field() -> None:
    base = resident(relation=[relation()])
    ours = resident(relation=[relation(note="x")])
    theirs = resident(relation=[relation(until="u"), relation("3-2-1502")])
    assert merged(base, ours, theirs) == resident(
        relation=[relation(until="u", note="x"), relation("3-2-1502")]
    )


def test_a_field_of_a_row_is_disputed_with_its_row() -> None:
    base, ours, theirs = (resident(relation=[relation(until=one)]) for one in "312")
    assert merged(base, ours, theirs) == resident(
        relation=[relation(until="1")],
        disputed=[
            {
                "field": "relation.until",
                "values": ["1", "2"],
                "row": {"as": "owner", "unit": "3-2-1501"},
            }
        ],
    )


def test_a_row_changed_and_taken_out_stays_and_is_disputed() -> None:
    base = resident(relation=[relation(), relation("3-2-1502")])
    ours = resident(relation=[relation("3-2-1502")])
    theirs = resident(relation=[relation(note="x"), relation("3-2-1502")])
    row = {"as": "owner", "unit": "3-2-1501"}
    assert merged(base, ours, theirs) == resident(
        relation=[relation(note="x"), relation("3-2-1502")],
        disputed=[{"field": "relation", "gone": True, "row": row}],
    )


def test_the_same_relation_from_another_day_is_another_row() -> None:
    first, second = relation(since="1", until="1"), relation(since="2")
    made = merged(resident(), resident(relation=[first]), resident(relation=[second]))
    assert sorted(one["since"] for one in made["relation"]) == ["1", "2"]
    made = merged(resident(), resident(relation=[first]), resident(relation=[relation(note="x")]))
    assert made == resident(relation=[relation(since="1", until="1", note="x")])


def test_one_relation_begun_on_two_days_is_one_whose_day_is_disputed() -> None:
    """Two rows would overlap: an error that nobody made, and it would hold up the desk's sync."""
    first, second = relation(since="1"), relation(since="2")
    made = merged(resident(), resident(relation=[first]), resident(relation=[second]))
    row = {"as": "owner", "unit": "3-2-1501"}
    said = {"field": "relation.since", "values": ["1", "2"], "row": row}
    assert made == resident(relation=[first], disputed=[said])


def test_two_sides_add_different_limits() -> None:
    def policy(*rows: Record) -> Record:
        return {"id": "2026-01-01", "title": "x", "limit": list(rows)}

    def limit(duty: str, **more: str) -> Record:
        return {"duty": duty, "kind": "*", "within": "1d", **more}

    base, one, two = limit("reply"), limit("answer"), limit("done")
    made = merged(policy(base), policy(base, one), policy(base, two), "policy")
    assert made == policy(base, one, two)
    tight, loose = limit("reply", within="2h"), limit("reply", within="4h")
    made = merged(policy(base), policy(tight), policy(loose), "policy")
    assert made["limit"] == [tight]
    assert made["disputed"] == [
        {"field": "limit.within", "values": ["2h", "4h"], "row": {"duty": "reply", "kind": "*"}}
    ]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_list_of_tables_is_keyed_and_every_bounded_list_is_a_whole(name: str) -> None:
    kind = KINDS[name]
    if kind.shape == "case":
        return
    made = kind.model.model_json_schema(by_alias=True)
    keyed = {**getattr(kind.rules, "KEYED", {}), "disputed": ("field",)}
    whole = getattr(kind.rules, "WHOLE", ())

    def walk(part: Any, above: str = "") -> None:
        for key, field in part.get("properties", {}).items():
            for one in field.get("anyOf", [field]):
                items = one.get("items", {})
                if "$ref" in items and key != "disputed":
                    row = made["$defs"][items["$ref"].rpartition("/")[2]]
                    assert set(keyed[above + key]) <= set(row["properties"]), key
                if "$ref" in one:
                    walk(made["$defs"][one["$ref"].rpartition("/")[2]], f"{above}{key}.")
                assert ("maxItems" in one) <= (above + key in whole), key

    walk(made)


# Disputes.


def disputed(*values: str, **fields: Any) -> Record:
    return resident(disputed=[{"field": "kind", "values": list(values)}], **fields)


def test_who_settles_wins_over_who_did_not_look() -> None:
    base = disputed("agent", "owner", kind="agent")
    for settled in (resident(kind="agent"), resident(kind="owner"), resident()):
        assert merged(base, settled, base) == settled
        assert merged(base, settled, {**base, "note": "x"}) == {**settled, "note": "x"}


def test_two_settlements_that_differ_are_disputed_anew() -> None:
    base = disputed("agent", "owner", kind="agent")
    assert merged(base, resident(kind="agent"), resident(kind="owner")) == base
    assert merged(base, resident(kind="owner"), resident(kind="owner")) == resident(kind="owner")


def test_settled_and_changed_again_is_disputed_anew() -> None:
    base = disputed("agent", "owner", kind="agent")
    made = merged(base, resident(kind="agent"), {**base, "kind": "tenant"})
    assert made == disputed("agent", "tenant", kind="agent")


def test_disputes_of_three_desks_come_together() -> None:
    base = resident(kind="owner")
    first = merged(base, resident(kind="agent"), resident(kind="tenant"))
    made = merged(base, first, resident(kind="other"))
    assert made == disputed("agent", "other", "tenant", kind="agent")
    other = merged(base, resident(name="甲", kind="owner"), resident(name="乙", kind="owner"))
    assert [one["field"] for one in merged(base, first, other)["disputed"]] == ["kind", "name"]


def test_a_row_that_was_settled_to_go_goes() -> None:
    row = {"as": "owner", "unit": "3-2-1501"}
    base = resident(
        relation=[relation(note="x")], disputed=[{"field": "relation", "gone": True, "row": row}]
    )
    assert merged(base, resident(), base) == resident()
    kept = resident(relation=[relation(note="x")])
    assert merged(base, kept, base) == kept
    assert merged(base, kept, resident()) == base


# Cases.


def case(*entries: Record, **header: Any) -> Record:
    base = ticket()
    log = [*base["log"], *entries]
    return {"id": base["id"], **KINDS["ticket"].rules.fold(log), **header, "log": log}


def test_two_twins_that_differ_are_both_kept_and_named() -> None:
    one, two = case(entry("2A", "note", note="x")), case(entry("2A", "note", note="y"))
    made = merged(case(), one, two, "ticket")
    assert len(made["log"]) == 3
    assert list(twins(made)) == ["2A"]


def test_what_the_log_does_not_explain_stays_for_validate_to_name() -> None:
    note = entry("2A", "note", note="x")
    made = merged(case(), case(newer="y"), case(note), "ticket")
    assert made == case(note, newer="y")
    made = merged(case(status="closed"), case(status="closed"), case(note), "ticket")
    assert made == case(note)
    made = merged(case(), case(note), case(status="closed"), "ticket")
    assert made["status"] == "closed"


def test_a_log_that_is_none_cannot_be_merged() -> None:
    for broken in ("x", ["x"], None):
        with pytest.raises(CannotMergeError):
            merged(case(), {**case(), "log": broken}, case(entry("2A", "note")), "ticket")


# Real repositories.


@pytest.fixture
def clones(tmp_path: Path) -> Clones:
    """Return two desks' clones, with the driver set up, that know the same book."""
    made = Clones(tmp_path / "w")
    assert made.run("svcctl init a --staff wang.fang").status == 0
    if not (made.folder / "a" / ".git").exists():
        made.git(".", "init -q -b main a")
    configured(made, "a")
    made.do("a", "resident new 孙丽 --phone 13800138000")
    made.commit("a")
    made.git(".", "clone -q a b")
    configured(made, "b")
    made.do("b", "desk claim B")
    made.commit("b")
    made.git("a", "pull -q ../b main")
    return made


def configured(clones: Clones, name: str) -> None:
    """Configure the driver by hand, as `svcctl git setup` does."""
    folder = clones.folder / name
    (folder / ".gitattributes").write_text("* -text\n*.toml merge=svcctl\n", encoding="utf-8")
    clones.git(name, "config merge.svcctl.driver 'svcctl git merge-driver %O %A %B %L %P'")


def meet(clones: Clones, status: int = 0) -> None:
    """Merge b's work into a."""
    clones.commit("a")
    clones.commit("b")
    clones.git("a", "fetch -q ../b main")
    clones.git("a", "merge -q --no-edit FETCH_HEAD", status)


def both_know(clones: Clones, words: str) -> str:
    """Register a ticket at desk a that both know; return its id."""
    name = clones.log("a", words)
    clones.git("b", "pull -q --no-rebase --no-edit ../a main")
    return name


@pytest.mark.git
def test_two_desks_answer_and_reassign_one_ticket(clones: Clones) -> None:
    name = both_know(clones, "水管漏水")
    clones.do("a", f"ticket answer {name} 明天来修")
    clones.do("b", f"ticket assign {name} --to engineering")
    clones.do("b", f"ticket note {name} 住户催问")
    meet(clones)
    assert "<<<<" not in clones.do("a", f"ticket show {name}")
    record = read(clones, name)
    assert [one["did"] for one in record["log"]] == ["open", "answer", "assign", "note"]
    assert "nothing wrong" in clones.do("a", "validate")


def read(clones: Clones, name: str) -> Record:
    (file,) = (clones.folder / "a").rglob(f"{name}.toml")
    return toml.parse(file.read_bytes())


@pytest.mark.git
def test_two_ends_that_differ_are_one_finding_that_one_command_settles(clones: Clones) -> None:
    first, name = both_know(clones, "电梯异响"), both_know(clones, "水管漏水")
    clones.do("a", f"ticket cancel {name} --why 住户取消")
    clones.do("b", f"ticket duplicate {name} --of {first}")
    meet(clones)
    told = clones.do("a", "validate")
    assert re.findall(r"\[([A-Z]+\d+)\]", told) == ["TKT205"]
    clones.do("a", "staff new 赵敏 --id zhao.min --role supervisor")
    settled = clones.run(f"svcctl -C a --as zhao.min ticket settle {name} 以取消为准")
    assert settled.status == 0, settled.output
    assert "nothing wrong" in clones.do("a", "validate")


@pytest.mark.git
def test_a_phone_number_that_both_changed_is_a_warning_and_no_conflict(clones: Clones) -> None:
    (file,) = (clones.folder / "a").rglob("R-A*.toml")
    path = file.relative_to(clones.folder / "a")
    for clone, number in (("a", "13800138001"), ("b", "13800138002")):
        card = clones.folder / clone / path
        card.write_bytes(card.read_bytes().replace(b"13800138000", number.encode()))
    meet(clones)
    private = toml.parse(file.read_bytes())["private"]
    assert private["phones"] == ["13800138001", "13800138002"]
    assert private["disputed"] == [{"field": "phones", "values": private["phones"]}]
    told = clones.do("a", "validate")
    assert "warning[CRD101]" in told
    assert "138001380" not in told
    assert "13800138002" not in clones.do("a", f"resident show {file.stem}")
    clones.git("b", "fetch -q ../a main")
    clones.git("b", "merge -q --ff-only FETCH_HEAD")


@pytest.mark.git
def test_a_code_that_two_clones_claimed_stops_the_merge(clones: Clones) -> None:
    for name in ("c", "d"):
        clones.git(".", f"clone -q b {name}")
        configured(clones, name)
        clones.do(name, "desk claim C")
        clones.commit(name)
    clones.git("c", "fetch -q ../d main")
    clones.git("c", "merge -q --no-edit FETCH_HEAD", 1)
    assert clones.git("c", "diff --name-only --diff-filter=U") == "desks/C.toml"
    assert "FMT104" in clones.do("c", "validate", status=1)


@pytest.mark.git
def test_a_book_in_a_subfolder_rebased_picked_and_stashed(tmp_path: Path) -> None:
    world = Clones(tmp_path / "w")
    (world.folder / "a").mkdir()
    world.git(".", "init -q -b main a")
    assert world.run("svcctl init a/records --staff wang.fang").status == 0
    configured(world, "a")
    card = world.folder / "a" / "records" / "staff" / "wang.fang.toml"

    def noted(field: str) -> None:
        record = toml.parse(card.read_bytes())
        record["note" if field == "note" else "department"] = "reception"
        from svcctl.book.order import order_of

        card.write_bytes(toml.emit(record, order_of(KINDS["staff"])))

    world.commit("a")
    world.git("a", "checkout -q -b other")
    noted("note")
    world.commit("a")
    world.git("a", "checkout -q main")
    noted("department")
    world.commit("a")
    merged_card = {"note": "reception", "department": "reception"}
    world.git("a", "checkout -q -b picked")
    world.git("a", "cherry-pick other")
    assert toml.parse(card.read_bytes()).items() >= merged_card.items()
    world.git("a", "checkout -q other")
    world.git("a", "rebase -q main")
    assert toml.parse(card.read_bytes()).items() >= merged_card.items()
    world.git("a", "checkout -q main")
    noted("note")
    world.git("a", "stash -q")
    world.git("a", "checkout -q main~1")
    world.git("a", "stash apply -q")
    assert toml.parse(card.read_bytes())["note"] == "reception"
