"""The fixed vocabularies of tickets, with their Chinese words and pinyin initials.

Kinds and severities are fixed because rules depend on them; channels and departments are the
handbook's (ENU-04, ENU-20).
"""

from __future__ import annotations

from svcctl.base.choice import Choice

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
)
"""Where a ticket stands in its life."""

ACT_CHOICES = (
    Choice("open", "登记", "dj", "registered"),
    Choice("note", "备注", "bz", "note"),
    Choice("edit", "更正", "gz", "corrected"),
    Choice("assign", "转办", "zb", "assigned"),
    Choice("answer", "答复", "df", "answered"),
    Choice("done", "办结", "bj", "done"),
    Choice("tell", "告知", "gz", "told"),
    Choice("close", "归档", "gd", "closed"),
    Choice("reopen", "重开", "ck", "reopened"),
    Choice("cancel", "取消", "qx", "cancelled"),
)
"""What can be done with a ticket, as it stands in its log."""

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
    Choice("source", "原编号", "", "source number"),
)
"""The header fields of a ticket, in the order in which they are shown."""

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
    Choice("urgent", "紧急"),
    Choice("wanted", "要求期限"),
    Choice("demand", "要求"),
    Choice("department", "部门"),
    Choice("assignee", "经办人"),
    Choice("note", "备注"),
    Choice("why", "原因"),
    Choice("when", "时间"),
    Choice("by", "登记人"),
    Choice("source", "原编号"),
)
"""The columns of a batch for `log --from`, by key or Chinese heading."""

DUTY_CHOICES = (
    Choice("reply", "首次答复", "", "first reply"),
    Choice("answer", "明确答复", "", "clear answer"),
    Choice("done", "办结", "", "done"),
    Choice("complete", "补全房号", "", "name the unit"),
)
"""What a ticket owes."""

KINDS = tuple(choice.key for choice in KIND_CHOICES)
SEVERITIES = tuple(choice.key for choice in SEVERITY_CHOICES)
STATUSES = tuple(choice.key for choice in STATUS_CHOICES)
OPEN_STATUSES = frozenset(STATUSES) - {"closed", "cancelled"}
