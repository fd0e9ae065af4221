"""The order of keys of every kind, so that a merge writes files without loading the models.

`_WRITTEN` follows from the models: `pytest tests/vcs/test_orders.py --update-golden` writes it.
"""

from __future__ import annotations

from functools import cache

from svcctl.book.toml_form import Order
from svcctl.kinds import Kind

_WRITTEN = """
book:
  disputed estate time_zone language format routines_desk

book.disputed:
  field values gone row

policy:
  id disputed title time shift callback close escalate may report git limit rung area option

policy.disputed:
  field values gone row

policy.time:
  late_entry waiting_pauses doubles

policy.shift:
  summer midday midday_summer night night_summer early least standin tools

policy.callback:
  attempts by_handler staff_inside tell

policy.close:
  needs exempt

policy.escalate:
  deliver

policy.may:
  confirm judge extend callback redact

policy.report:
  week_ends cutoff_day repeats public archive_to

policy.git:
  commit signed near

policy.limit:
  duty kind severity category within owner to agreed rule

policy.rung:
  duty severity step after up to rule

policy.area:
  key zh en buildings ambassador

policy.option:
  list key zh abbr en aliases

roles:
  disputed role

roles.disputed:
  field values gone row

roles.role:
  key zh en aliases superior deputy since until

roster:
  disputed row

roster.disputed:
  field values gone row

roster.row:
  shift weekdays since until instead staff standin note

desk:
  id disputed name claimed_at claimed_by token

desk.disputed:
  field values gone row

staff:
  id disputed name department since until note role private

staff.disputed:
  field values gone row

staff.role:
  role since until

staff.private:
  disputed phones

staff.private.disputed:
  field values gone row

unit:
  id disputed kind building entrance room area state aliases note meter

unit.disputed:
  field values gone row

unit.meter:
  kind number base base_on

resident:
  id disputed name kind salutation watch language contact note relation private

resident.disputed:
  field values gone row

resident.relation:
  unit as since until note

resident.private:
  disputed phones id_kind id_number birthday

resident.private.disputed:
  field values gone row

ticket:
  id kind status disputed urgent severity subject unit unit_said place resident caller contact
  demand channel wanted department assignee category constructive validity liability accused
  concerned convenient warranty appointment appointment_end waiting waiting_until agreed cause fee
  receipt incident duplicate_of line source log

ticket.log:
  n after at when by did redacted redacted_by redacted_at redacted_why redacted_fields final
  confirmed result score to person end via agreed_by second file sha256 kept why note unset set

ticket.log.set:
  kind urgent severity subject unit unit_said place resident caller contact demand channel wanted
  department assignee category constructive validity liability accused concerned convenient
  warranty appointment appointment_end waiting waiting_until agreed cause fee receipt incident
  duplicate_of line source

shift:
  id name day status on standin successor log

shift.log:
  n after at when by did redacted redacted_by redacted_at redacted_why redacted_fields who of
  ticket result to end left tools why note unset line set

shift.log.line:
  kind urgent subject unit unit_said place resident caller contact channel

shift.log.set:
  name day standin successor

tally:
  id first last filed_at filed_by note disputed opening new reopened closed cancelled duplicate
  open group trace

tally.disputed:
  field values gone row

tally.group:
  by key opening new reopened into away closed cancelled duplicate open

tally.trace:
  opening new reopened reclassified closed cancelled duplicate

incident:
  id status subject category place buildings cause wording log

incident.log:
  n after at when by did redacted redacted_by redacted_at redacted_why redacted_fields why note
  unset set

incident.log.set:
  subject category place buildings cause wording

message:
  id status about key to words deliver log

message.log:
  n after at when by did redacted redacted_by redacted_at redacted_why redacted_fields to via why
  set

message.log.set:
  about key to words deliver
"""


@cache
def quick_order_of(kind: Kind) -> Order:
    """Return what `svcctl.book.order.order_of` returns; loads no model."""
    tables: dict[str, Order] = {}
    for block in _WRITTEN.strip().split("\n\n"):
        name, *keys = block.split()
        path = name.removesuffix(":")
        if path.partition(".")[0] == kind.name:
            tables[path] = Order(keys)
            above, _dot, key = path.rpartition(".")
            if above:
                tables[above].inside[key] = tables[path]
    return tables[kind.name]
