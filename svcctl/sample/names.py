"""Chinese names as often as they really occur, and made-up numbers that can be nobody's.

Surnames weigh by their share of the population (per 10,000, rounded); given names follow the
fashion of the years a person was born in. Telephone numbers begin with 154, which no carrier was
given, and identity numbers with 99, which no place has: a demo must not hold a stranger's number.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Literal
from typing import NamedTuple

from svcctl.base import idcard

Sex = Literal["f", "m"]


class Name(NamedTuple):
    """Who somebody is: the name as written, sex and birthday."""

    text: str
    sex: Sex
    born: date


_SURNAMES = (
    "王721 李719 张680 刘537 陈474 杨304 黄233 赵219 吴212 周204 徐158 孙151 马130 朱127 胡127 郭115 何115 "
    "高113 林113 罗99 郑93 梁87 谢78 宋77 唐72 许66 邓63 韩63 冯62 曹60 彭60 曾55 肖54 田51 董51 袁50 潘48 "
    "于48 蒋47 蔡46 余44 杜43 叶42 程41 苏40 魏40 吕39 丁38 任37 沈36 姚35 卢35 姜34 崔33 钟32 谭31 陆30 汪29 "
    "范28 金28 石27 廖26 贾26 夏25 韦25 付24 方24 白23 邹23 孟22 熊22 秦21 邱21 江20 尹20 薛19 闫19 段18 雷18 "
    "侯17 龙17 史16 陶16 黎16 贺15 顾15 毛14 郝14 龚14 邵13 万13 钱13 严12 覃12 武12 戴11 莫11 孔10 向9 汤9 "
    "温8 康8 施7 文7 牛6 樊6 葛6 邢5 安5 齐5 易5 乔4 伍4 庞4 颜4 倪4 庄4 聂4 章3 鲁3 岳3 翟3 殷3 詹3 申3 欧阳3 "
    "耿2 关2 兰2 焦2 俞2 左2 柳2 甘2 祝2 包2 单2 仇1 解1 区1 上官1 司徒1 诸葛1 令狐1"
)
_GIVEN: dict[Sex, dict[int, str]] = {
    "m": {
        0: "建国9 建华8 国强7 志强8 建军9 文革1 卫东4 国庆4 明7 军8 建平6 永强4 德明3 福生3 志明6 金龙3 保国2 "
        "学军3 建民4 长江2 跃进1 新民2 树林2 兴旺1 有才1",
        1972: "勇9 伟9 强8 军7 涛7 磊6 斌5 刚5 波5 辉5 鹏5 杰5 健4 俊4 峰5 志勇4 海涛4 晓东4 建伟3 永刚3 文斌3 "
        "志刚3 立新2 春雷1 国栋2 少华2",
        1986: "鑫5 浩6 宇5 帅4 凯5 超6 阳4 博4 晨3 龙3 旭3 佳3 俊杰5 志远4 文博3 子健3 家豪3 嘉伟3 天宇2 明轩2 "
        "思远2 泽宇2 一鸣2 晓峰3 智超2",
        2004: "浩然6 子轩5 宇轩4 梓睿4 子涵3 俊熙3 奕辰4 浩宇5 沐宸2 睿3 博文4 皓轩2 一诺2 宇航3",
    },
    "f": {
        0: "秀英9 桂英9 秀兰8 玉兰7 淑珍6 桂兰6 凤英6 玉珍5 玉英5 秀珍5 淑英4 春梅5 建英3 爱华4 美兰3 惠珍3 "
        "素芬3 桂芳3 国芳2 金凤2 月娥2",
        1972: "丽9 芳8 敏7 静7 艳7 娟6 霞6 红6 燕6 玲5 英4 萍4 丽娟4 海燕4 春燕3 晓红3 丽华3 小梅3 雪梅2 玉梅2 "
        "红霞2 文静2 志芳1",
        1986: "婷7 丹5 倩5 雪5 洁4 莉4 琳4 慧4 欣3 颖3 佳3 晶3 璐2 娜4 婷婷4 雅婷3 晓雯2 梦瑶2 思琪2 佳怡2 雨桐1 "
        "诗涵1 佩珊1 嘉欣2",
        2004: "梓涵5 欣怡5 诗涵4 雨桐3 一诺3 梓萱3 可馨2 佳琪2 思彤2 语桐2 子墨1 若曦2 悦3",
    },
}


def _weighed(text: str) -> tuple[list[str], list[int]]:
    pairs = [(word.rstrip("0123456789"), word) for word in text.split()]
    return [word for word, _raw in pairs], [int(raw[len(word) :]) for word, raw in pairs]


_FAMILY = _weighed(_SURNAMES)
_BY_AGE = {sex: {year: _weighed(text) for year, text in ages.items()} for sex, ages in _GIVEN.items()}


def surname(rng: Random) -> str:
    """Return a surname."""
    return rng.choices(*_FAMILY)[0]


def given(rng: Random, sex: Sex, year: int) -> str:
    """Return a given name as it was in fashion in a year."""
    fashion = max(start for start in _BY_AGE[sex] if start <= year)
    return rng.choices(*_BY_AGE[sex][fashion])[0]


def person(rng: Random, ages: tuple[int, int], today: date, family: str = "") -> Name:
    """Return somebody of an age within `ages` (both inclusive); of `family` if it is given."""
    sex: Sex = "f" if rng.random() < 0.49 else "m"
    year = today.year - rng.randint(*ages) - 1
    born = date(year, rng.randint(1, 12), rng.randint(1, 28))
    return Name((family or surname(rng)) + given(rng, sex, year), sex, born)


def mobile(rng: Random) -> str:
    """Return a mobile number of the range 154, which nobody has."""
    return f"154{rng.randrange(10**8):08d}"


def identity(rng: Random, name: Name) -> str:
    """Return an identity number with a right check digit, of a place that does not exist."""
    order = rng.randrange(1, 400) * 2 + (0 if name.sex == "f" else 1)
    front = f"99{rng.randint(1, 4):02d}{rng.randint(1, 12):02d}{name.born:%Y%m%d}{order:03d}"
    return front + idcard.check_digit(front)


_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def company_code(rng: Random) -> str:
    """Return a company's credit code with a right check sign, of a place that does not exist."""
    front = "919900" + "00MA" + "".join(rng.choices(_SIGNS, k=7))
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(front))
    return front + _SIGNS[-total % 31]


_BRANDS = (
    "康源 佳和 惠民 鑫旺 美伦 乐家 安泰 博雅 天盛 恒达 好邻居 小森林 老街坊 一品 瑞祥 福满 明德 南风 春田 蓝湾 "
    "东升 同心 百味 绿洲 金穗"
).split()
_SHOPS = (
    "便利店9 超市5 药房5 面馆5 水果店6 美容店4 理发店5 洗衣店3 干洗店1 文具店2 奶茶店4 牙科诊所2 宠物店3 五金店3 "
    "早餐店5 房产中介4 快递驿站4 幼儿托管2 咖啡馆2 粮油店2"
)
_FIRMS = "商贸 科技 文化传播 餐饮管理 物流 装饰工程 信息技术 教育咨询".split()
_TRADES = _weighed(_SHOPS)


def shop(rng: Random) -> str:
    """Return the name of a shop."""
    return rng.choice(_BRANDS) + rng.choices(*_TRADES)[0]


def firm(rng: Random) -> str:
    """Return the name of a company."""
    return f"{rng.choice(_BRANDS)}{rng.choice(_FIRMS)}有限公司"
