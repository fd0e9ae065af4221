"""The closed lists of residents: kinds (ENU-01), watch flags (ENU-03), relations to a unit."""

from __future__ import annotations

from svcctl.base.choice import Choice

KINDS = (
    Choice("owner", "业主", "yz", "owner"),
    Choice("user", "使用人", "syr", "user"),
    Choice("resident", "住户", "zh", "resident"),
    Choice("tenant", "租户", "zuh", "tenant"),
    Choice("merchant", "商户", "sh", "merchant"),
    Choice("company", "单位", "dw", "company"),
    Choice("agent", "受委托人", "swtr", "agent"),
    Choice("passer-by", "过路人", "glr", "passer-by"),
    Choice("other", "其他", "qt", "other"),
)

RELATIONS = (
    Choice("owner", "业主", "yz", "owner"),
    Choice("user", "使用人", "syr", "user"),
    Choice("family", "家属", "js", "family"),
    Choice("tenant", "租户", "zuh", "tenant"),
    Choice("merchant", "商户", "sh", "merchant"),
    Choice("agent", "受委托人", "swtr", "agent"),
)

WATCH = (
    Choice("attention", "重点关注客户", "zdgz", "to be watched"),
    Choice("key", "重点客户", "zdkh", "key customer"),
    Choice("large-merchant", "大客户商户", "dkh", "large merchant"),
)

SALUTATIONS = (
    Choice("mr", "先生", "xs", "Mr"),
    Choice("ms", "女士", "ns", "Ms"),
)

PAPERS = (
    Choice("resident-id", "居民身份证", "sfz", "resident identity card"),
    Choice("passport", "护照", "hz", "passport"),
    Choice("permit", "通行证", "txz", "travel or residence permit"),
    Choice("company", "统一社会信用代码", "xydm", "company code"),
    Choice("other", "其他证件", "qtzj", "other paper"),
)

LANGUAGES = (
    Choice("zh", "中文", "zw", "Chinese"),
    Choice("en", "英文", "yw", "English"),
)

CONTACTS = (
    Choice("phone", "电话", "dh", "phone"),
    Choice("sms", "短信", "dx", "text message"),
    Choice("wechat", "微信", "wx", "WeChat"),
    Choice("visit", "上门", "sm", "visit"),
    Choice("none", "不联系", "blx", "no contact"),
)

FIELDS = (
    Choice("name", "姓名", "", "name"),
    Choice("kind", "类别", "", "kind"),
    Choice("salutation", "称呼", "", "salutation"),
    Choice("watch", "关注", "", "watch"),
    Choice("language", "语言", "", "speaks"),
    Choice("contact", "联系方式", "", "reached by"),
    Choice("note", "备注", "", "note"),
    Choice("relation", "房屋关系", "", "relation"),
    Choice("unit", "房号", "", "unit"),
    Choice("as", "身份", "", "as"),
    Choice("since", "自", "", "since"),
    Choice("until", "至", "", "until"),
    Choice("private", "私密", "", "private"),
    Choice("phones", "电话", "", "phones"),
    Choice("id_kind", "证件类型", "", "kind of paper"),
    Choice("id_number", "证件号", "", "number of the paper"),
    Choice("birthday", "生日", "", "birthday"),
)
"""Every field of a resident, in the order in which they are shown."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "kind": KINDS,
    "salutation": SALUTATIONS,
    "watch": WATCH,
    "language": LANGUAGES,
    "contact": CONTACTS,
    "as": RELATIONS,
    "id_kind": PAPERS,
}
"""What the values of a field stand on."""
