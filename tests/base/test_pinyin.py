from __future__ import annotations

import os
import subprocess
import sys

import pytest

from svcctl.base import pinyin
from tests.support.transcript import ROOT


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("曾伟", ["zengwei", "cengwei", "zw", "zeng", "wei"]),
        ("单雄信", ["shanxiongxin", "sxx"]),
        ("仇英", ["qiuying", "qy"]),
        ("解缙", ["xiejin", "xj"]),
        ("区大为", ["oudawei"]),
        ("查良镛", ["zhaliangyong"]),
        ("朴树", ["piaoshu"]),
        ("翟天", ["zhaitian"]),
        ("覃海", ["qinhai", "tanhai"]),
        ("盖聂", ["genie"]),
        ("黑小虎", ["hexiaohu"]),
        ("欧阳小芳", ["ouyangxiaofang", "oyxf", "ouyang", "xiaofang"]),
        ("尉迟恭", ["yuchigong", "ycg"]),
        ("万俟卨", ["moqixie"]),
        ("吕布", ["lvbu", "lubu", "lyubu"]),
    ],
)
def test_terms_have_every_reading_of_the_surname(name: str, words: list[str]) -> None:
    assert set(words) <= set(pinyin.terms(name))


def test_terms_latin_and_empty_names_have_no_pinyin() -> None:
    assert pinyin.terms("John Smith") == []
    assert pinyin.terms("") == []


def test_terms_rare_characters_give_no_broken_words() -> None:
    assert all(word.isascii() for word in pinyin.terms("𠮷田"))


def test_query_folds_umlaut_and_tones() -> None:
    assert pinyin.query("Lǚ Bu") == "lv bu"
    assert pinyin.query("ou'yang") == "ouyang"


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("王芳", "wang.fang"),
        ("曾国华", "zeng.guohua"),
        ("尉迟恭", "yuchi.gong"),
        ("吕布", "lyu.bu"),
        ("John Smith", "john.smith"),
    ],
)
def test_staff_id_is_surname_and_given_name(name: str, id: str) -> None:
    assert pinyin.staff_id(name) == id


def test_dictionary_is_loaded_late_and_leaves_the_environment() -> None:
    code = (
        "import sys, os; from svcctl.base import pinyin; assert 'pypinyin' not in sys.modules;"
        "pinyin.terms('John'); assert 'pypinyin' not in sys.modules;"
        "pinyin.terms('张三'); assert 'pypinyin' in sys.modules;"
        "assert 'PYPINYIN_NO_PHRASES' not in os.environ"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYPINYIN")}
    subprocess.run([sys.executable, "-c", code], check=True, env=clean, cwd=ROOT)
