"""The fixed vocabularies of tickets, with their Chinese words and pinyin initials.

Kinds and severities are fixed because rules depend on them; channels and departments are the
handbook's (ENU-04, ENU-20).
"""

from __future__ import annotations

from svcctl.base import redaction
from svcctl.base.choice import Choice
from svcctl.base.choice import show
from svcctl.base.i18n import language

KIND_CHOICES = (
    Choice("complaint", "投诉", "ts", "complaint"),
    Choice("suggestion", "建议", "jy", "suggestion"),
    Choice("opinion", "意见", "yj", "opinion"),
    Choice("repair", "报修", "bx", "repair"),
    Choice("inquiry", "咨询", "zx", "inquiry"),
    Choice("need", "需求", "xq", "need"),
    Choice("liaison", "接洽", "jq", "official contact"),
    Choice("errand", "委托", "wt", "entrusted errand"),
    Choice("service", "有偿服务", "ycfw", "paid service"),
    Choice("call", "来电留言", "ly", "telephone message"),
)
"""What residents bring (ENU-05, REC-07)."""

SEVERITY_CHOICES = (
    Choice("major", "重大", "zd", "major"),
    Choice("important", "重要", "zy", "important"),
    Choice("minor", "轻微", "qw", "minor"),
)
"""How grave a complaint is (ENU-06; CMP-07, CMP-08, CMP-09)."""

STATUS_CHOICES = (
    Choice("registered", "登记", "dj", "registered"),
    Choice("assigned", "已转", "yz", "assigned"),
    Choice("in-progress", "处理中", "clz", "in progress"),
    Choice("done", "办结", "bj", "done"),
    Choice("closed", "归档", "gd", "closed"),
    Choice("cancelled", "取消", "qx", "cancelled"),
    Choice("duplicate", "重复", "cf", "duplicate"),
)
"""Where a ticket stands in its life. Late, reopened and told are facts, never a status."""

ACT_CHOICES = (
    Choice("open", "登记", "dj", "registered"),
    Choice("note", "备注", "bz", "note"),
    Choice("edit", "更正", "gz", "corrected"),
    Choice("classify", "定级", "dj", "classified"),
    Choice("judge", "认定", "rd", "judged"),
    Choice("forward", "呈送", "cs", "put before"),
    Choice("assign", "转办", "zb", "assigned"),
    Choice("contact", "联系", "lx", "contacted"),
    Choice("appoint", "预约", "yy", "appointed"),
    Choice("missed", "未遇", "wy", "nobody home"),
    Choice("wait", "等待", "dd", "waiting"),
    Choice("extend", "延期", "yq", "extended"),
    Choice("progress", "进展", "jz", "progress"),
    Choice("answer", "答复", "df", "answered"),
    Choice("report", "回复", "hf", "reported"),
    Choice("feasibility", "可行性", "kxx", "feasibility"),
    Choice("attach", "附件", "fj", "attached"),
    Choice("charge", "收费", "sf", "charged"),
    Choice("done", "办结", "bj", "done"),
    Choice("watertest", "试漏", "sl", "water test"),
    Choice("tell", "告知", "gz", "told"),
    Choice("sign", "签字", "qz", "signed"),
    Choice("callback", "回访", "hf", "called back"),
    Choice("close", "归档", "gd", "closed"),
    Choice("reopen", "重开", "ck", "reopened"),
    Choice("cancel", "取消", "qx", "cancelled"),
    Choice("duplicate", "重复", "cf", "duplicate"),
    Choice("escalate", "上报", "sb", "escalated"),
    Choice("settle", "了结", "lj", "settled"),
)
"""What can be done with a ticket, as it stands in its log."""

WAIT_CHOICES = (
    Choice("resident", "等住户", "dzh", "the resident", ("住户",)),
    Choice("parts", "等配件", "dpj", "parts", ("配件",)),
    Choice("test", "等检测", "djc", "a test", ("检测", "试漏")),
    Choice("others", "等第三方", "dsf", "others", ("第三方",)),
)
"""What a ticket may wait for."""

VALIDITY_CHOICES = (
    Choice("valid", "有效", "yx", "valid"),
    Choice("invalid", "无效", "wx", "invalid"),
)
"""Whether a complaint is valid (ENU-07); an invalid one is still helped (CMP-17)."""

LIABILITY_CHOICES = (
    Choice("company", "物业公司", "wy", "the company"),
    Choice("resident", "住户或邻居", "zh", "a resident or neighbour"),
    Choice("joint", "各方", "gf", "joint"),
    Choice("building", "房屋及设施", "fw", "the building"),
)
"""Who answers for it (ENU-08)."""

TEST_CHOICES = (
    Choice("passed", "不漏", "bl", "passed"),
    Choice("failed", "仍漏", "rl", "failed"),
)
"""What a water test showed."""

OUTCOME_CHOICES = (
    Choice("satisfied", "满意", "my", "satisfied"),
    Choice("fair", "基本满意", "jbmy", "fairly satisfied", ("一般",)),
    Choice("unsatisfied", "不满意", "bmy", "not satisfied"),
    Choice(
        "unreachable",
        "未联系上",
        "wlxs",
        "unreachable",
        ("无人接听", "没人接", "无人在家", "no answer"),
    ),
    Choice("refused", "拒访", "jf", "refused"),
)
"""What came of a callback; the first three were reached."""

WAY_CHOICES = (
    Choice("phone", "电话", "dh", "phone", ("来电", "致电")),
    Choice("visit", "上门", "sm", "visit", ("走访", "来访")),
)
"""How a resident is called back (VIS-03, ENU-11); both stand on the handbook's list of channels."""

CLOSE_CHOICES = (
    Choice("answered", "已答复", "ydf", "answered"),
    Choice("invalid", "无效", "wx", "invalid"),
)
"""Why a ticket was closed without all that closing needs."""

RESULT_CHOICES = {"watertest": TEST_CHOICES, "callback": OUTCOME_CHOICES, "close": CLOSE_CHOICES}
"""What an act may come to."""

REACHED = frozenset(("satisfied", "fair", "unsatisfied"))

FIELD_CHOICES = (
    Choice("kind", "类别", "", "kind"),
    Choice("status", "状态", "", "status"),
    Choice("disputed", "有争议", "", "disputed"),
    Choice("urgent", "紧急", "", "urgent"),
    Choice("severity", "等级", "", "severity"),
    Choice("subject", "事由", "", "subject"),
    Choice("unit", "房号", "", "unit"),
    Choice("unit_said", "所述房号", "", "unit as said"),
    Choice("place", "地点", "", "place"),
    Choice("resident", "住户", "", "resident"),
    Choice("caller", "来人", "", "caller"),
    Choice("contact", "联系电话", "", "contact"),
    Choice("demand", "要求", "", "demand"),
    Choice("channel", "渠道", "", "channel"),
    Choice("wanted", "要求期限", "", "wanted by"),
    Choice("department", "部门", "", "department"),
    Choice("assignee", "经办人", "", "assignee"),
    Choice("category", "分类", "", "category"),
    Choice("constructive", "建设性", "", "constructive"),
    Choice("validity", "有效性", "", "validity"),
    Choice("liability", "责任", "", "liability"),
    Choice("accused", "被投诉人", "", "person complained of"),
    Choice("concerned", "涉及部门", "", "department concerned"),
    Choice("convenient", "方便时间", "", "convenient time"),
    Choice("warranty", "保修期内", "", "in warranty"),
    Choice("appointment", "预约时间", "", "appointment"),
    Choice("appointment_end", "预约至", "", "appointment until"),
    Choice("waiting", "等待", "", "waiting for"),
    Choice("waiting_until", "等至", "", "waiting until"),
    Choice("agreed", "商定期限", "", "agreed until"),
    Choice("cause", "原因分类", "", "cause"),
    Choice("fee", "费用", "", "fee"),
    Choice("receipt", "票据号", "", "receipt"),
    Choice("incident", "事件", "", "incident"),
    Choice("duplicate_of", "重复于", "", "duplicate of"),
    Choice("line", "值班记录", "", "night line"),
    Choice("source", "原编号", "", "source number"),
)
"""The header fields of a ticket, in the order in which they are shown."""

ENTRY_CHOICES = (
    Choice("to", "呈送对象", "", "to"),
    Choice("person", "接收人", "", "received by"),
    Choice("result", "结果", "", "result"),
    Choice("score", "评分", "", "score"),
    Choice("via", "方式", "", "via"),
    Choice("confirmed", "等级已核定", "", "severity confirmed"),
    Choice("agreed_by", "商定人", "", "agreed by"),
    Choice("second", "同行人", "", "together with"),
    Choice("file", "文件", "", "file"),
    Choice("sha256", "校验值", "", "checksum"),
    Choice("kept", "原件存放", "", "paper kept"),
    Choice("end", "已无上级", "", "nobody above"),
    Choice("why", "原因", "", "reason"),
    Choice("note", "文字", "", "words"),
)
"""What an entry says besides the fields it sets, in the order in which it is shown."""

FIELDS = (
    *FIELD_CHOICES,
    *ENTRY_CHOICES,
    Choice("log", "经过", "", "log"),
    Choice("when", "发生", "", "happened"),
    Choice("after", "位于其后", "", "stands behind"),
    Choice("final", "明确答复", "", "clear answer"),
    *redaction.FIELDS,
)
"""Every field of a ticket and of its entries."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "kind": KIND_CHOICES,
    "status": STATUS_CHOICES,
    "severity": SEVERITY_CHOICES,
    "validity": VALIDITY_CHOICES,
    "liability": LIABILITY_CHOICES,
    "waiting": WAIT_CHOICES,
    "channel": "channel",
    "via": "channel",
    # The same key is a visit to the desk where a matter comes in.
    "callback.via": WAY_CHOICES,
    "department": "department",
    "concerned": "department",
    "category": "category",
    "cause": "cause",
    "to": "role",
    "assignee": "staff",
    "person": "staff",
    "second": "staff",
    **{f"{did}.result": words for did, words in RESULT_CHOICES.items()},
}
"""What the values of a field stand on: words, or a list of the handbook; `staff` is the people.

`callback.via` is the field `via` of that act alone.
"""

FACT_CHOICES = (
    Choice("opened", "登记", "", "opened"),
    Choice("placed", "房号确定", "", "place known"),
    Choice("classified", "定级", "", "class"),
    Choice("confirmed", "等级核定", "", "class confirmed"),
    Choice("judged", "认定", "", "judged"),
    Choice("forwarded", "呈送", "", "forwarded"),
    Choice("assigned", "转办", "", "assigned"),
    Choice("handed", "部门承办", "", "with a department"),
    Choice("contacted", "已联系", "", "contacted"),
    Choice("appointments", "预约", "", "appointment"),
    Choice("waits", "等待", "", "wait"),
    Choice("agreed", "商定期限", "", "day agreed"),
    Choice("replied", "首次答复", "", "first reply"),
    Choice("answered", "明确答复", "", "clear answer"),
    Choice("feasible", "可行性", "", "feasibility"),
    Choice("charged", "收费", "", "charged"),
    Choice("done", "办结", "", "done"),
    Choice("tested", "试漏", "", "water test"),
    Choice("cycles", "重新办理", "", "taken up again"),
    Choice("told", "已告知", "", "told"),
    Choice("signed", "已签字", "", "signed"),
    Choice("calls", "回访", "", "callback"),
    Choice("closed", "归档", "", "closed"),
    Choice("cancelled", "取消", "", "cancelled"),
    Choice("raised", "上报", "", "raised"),
)
"""The facts that acts note, as the table of the life cycle names them."""

COLUMN_CHOICES = (
    Choice("kind", "类别"),
    Choice("words", "事由"),
    Choice("unit", "房号"),
    Choice("place", "地点"),
    Choice("name", "来人"),
    Choice("phone", "电话"),
    Choice("resident", "住户"),
    Choice("channel", "渠道"),
    Choice("severity", "等级"),
    Choice("category", "分类"),
    Choice("concerned", "涉及部门"),
    Choice("accused", "被投诉人"),
    Choice("convenient", "方便时间"),
    Choice("warranty", "保修期内"),
    Choice("urgent", "紧急"),
    Choice("wanted", "要求期限"),
    Choice("demand", "要求"),
    Choice("department", "部门"),
    Choice("assignee", "经办人"),
    Choice("note", "备注"),
    Choice("why", "原因"),
    Choice("when", "时间"),
    Choice("by", "登记人"),
    Choice("incident", "事件"),
    Choice("source", "原编号"),
)
"""The columns of a batch for `log --from`, by key or Chinese heading."""

DUTY_CHOICES = (
    Choice("contact", "首次联系", "", "first contact"),
    Choice("forward", "呈送转办", "", "forward"),
    Choice("reply", "首次答复", "", "first reply"),
    Choice("answer", "明确答复", "", "clear answer"),
    Choice("report", "部门回复", "", "department's reply"),
    Choice("appoint", "预约上门", "", "appointment"),
    Choice("done", "办结", "", "done"),
    Choice("watertest", "试漏", "", "water test"),
    Choice("tell", "告知结果", "", "tell the result"),
    Choice("sign", "住户签字", "", "signature"),
    Choice("callback", "回访", "", "callback"),
    Choice("confirm", "核定等级", "", "confirm severity"),
    Choice("complete", "补全房号", "", "name the unit"),
    Choice("resume", "等待到期", "", "wait is over"),
    Choice("escalate", "上报", "", "escalate"),
)
"""What a ticket owes."""

KINDS = tuple(choice.key for choice in KIND_CHOICES)
WAITS = tuple(choice.key for choice in WAIT_CHOICES)
VALIDITIES = tuple(choice.key for choice in VALIDITY_CHOICES)
LIABILITIES = tuple(choice.key for choice in LIABILITY_CHOICES)
SEVERITIES = tuple(choice.key for choice in SEVERITY_CHOICES)
STATUSES = tuple(choice.key for choice in STATUS_CHOICES)
OPEN_STATUSES = frozenset(STATUSES) - {"closed", "cancelled", "duplicate"}


def verb(did: str) -> str:
    """Return an act as it is asked for: in Chinese its word, in English the name of the command."""
    return show(did, ACT_CHOICES) if language() == "zh" else did
