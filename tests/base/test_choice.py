"""Values by English key, Chinese word or pinyin initials."""

from __future__ import annotations

import pytest

from svcctl.base import i18n
from svcctl.base.choice import Choice
from svcctl.base.choice import resolve
from svcctl.base.choice import show
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import UsageProblem

KINDS = (
    Choice("complaint", "投诉", "ts"),
    Choice("repair", "报修", "bx"),
    Choice("in-progress", "处理中", "clz", "in progress"),
)


@pytest.mark.parametrize(
    "said",
    ["complaint", "Complaint", " complaint ", "投诉", "ts", "TS", "ｔｓ", "ｃｏｍｐｌａｉｎｔ"],
)
def test_every_way_of_saying_a_value_gives_its_key(said: str) -> None:
    assert resolve(said, KINDS, "kind") == "complaint"


@pytest.mark.parametrize("said", ["in-progress", "in_progress", "In Progress", "in progress"])
def test_dashes_underscores_and_blanks_are_alike(said: str) -> None:
    assert resolve(said, KINDS, "status") == "in-progress"


def test_unknown_value_names_the_nearest_and_lists_all() -> None:
    with pytest.raises(UsageProblem) as caught:
        resolve("complant", KINDS, "kind")
    assert caught.value.message == "no kind 'complant'; did you mean 'complaint'?"
    assert caught.value.hints == (
        "allowed: complaint 投诉 ts, repair 报修 bx, in-progress 处理中 clz",
    )


@pytest.mark.parametrize("said", ["", "  ", "zzzz", "量子"])
def test_far_off_value_is_refused_without_a_guess(said: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        resolve(said, KINDS, "kind")
    assert "did you mean" not in caught.value.message


def test_empty_words_of_a_choice_match_nothing() -> None:
    with pytest.raises(UsageProblem):
        resolve("", [Choice("plain")], "kind")


def test_initials_of_two_values_are_ambiguous_but_keys_are_not() -> None:
    both = [Choice("major", "重大", "zd"), Choice("lead", "指导", "zd")]
    with pytest.raises(AmbiguousError) as caught:
        resolve("zd", both, "severity")
    assert caught.value.hints == ("major 重大 zd", "lead 指导 zd")
    assert resolve("lead", both, "severity") == "lead"


def test_a_word_beats_the_initials_of_another_value() -> None:
    assert resolve("ts", [Choice("a", "特殊", "ts"), Choice("ts")], "kind") == "ts"


def test_shown_in_the_language_of_the_run() -> None:
    assert show("in-progress", KINDS) == "in progress"
    assert show("complaint", KINDS) == "complaint"
    i18n.use("zh")
    assert show("complaint", KINDS) == "投诉"
    assert show("unheard-of", KINDS) == "unheard-of"


def test_other_words_for_a_value_mean_it_too() -> None:
    phone = Choice("phone", "来电", "ld", "phone call", ("电话", "tel"))
    assert [resolve(said, [phone], "channel") for said in ("电话", "TEL")] == ["phone", "phone"]
