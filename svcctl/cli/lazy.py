"""Groups that import a command when it is run, and nothing for --help or Tab.

A lazy mapping rather than an overridden `get_command`: click suggests near names from
`group.commands`, and tools that walk the tree (man pages) read it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import MutableMapping
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from svcctl import __version__
from svcctl.base.i18n import _
from svcctl.cli.table import Group
from svcctl.cli.table import Row
from svcctl.term.help import ShellContext
from svcctl.term.options import global_options
from svcctl.term.options import hidden_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT = "due"
"""What bare `svcctl` shows."""


class LazyCommands(MutableMapping[str, click.Command]):
    """Name -> command, loaded when asked for by name; names and summaries are known before."""

    def __init__(self, entries: Sequence[tuple[str, Row | LazyGroup]]) -> None:
        self.rows = {name: entry for name, entry in entries if isinstance(entry, Row)}
        self._order = [name for name, _entry in entries]
        self._loaded: dict[str, click.Command] = {
            name: entry for name, entry in entries if not isinstance(entry, Row)
        }

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            self._loaded[name] = load(self.rows[name], name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command
        if name not in self._order:
            self._order.append(name)

    def __delitem__(self, name: str) -> None:
        self._order.remove(name)
        self._loaded.pop(name, None)
        self.rows.pop(name, None)

    def __contains__(self, name: object) -> bool:
        # The inherited one would load the command to find out.
        return name in self._order

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def listed(self) -> list[tuple[str, str, str]]:
        """Return (section, name, summary) of each command, translated; nothing is imported."""
        shown = (name for name in self._order if not (name in self.rows and self.rows[name].hidden))
        return [self._line(name) for name in shown]

    def _line(self, name: str) -> tuple[str, str, str]:
        row = self.rows.get(name)
        if row:
            return _(row.section), name, _(row.summary)
        made = self._loaded[name]
        section = made.section if isinstance(made, LazyGroup) else ""
        return _(section), name, made.short_help or ""


class LazyGroup(click.Group):
    """A group made from the command table."""

    context_class = ShellContext

    default = ""
    """The command that the group's own name stands for; empty: it shows its help."""

    def __init__(
        self, name: str, commands: LazyCommands, section: str = "", summary: str = ""
    ) -> None:
        super().__init__(
            name,
            commands=commands,
            help=summary,
            short_help=summary,
            params=[*hidden_options()],
        )
        self.lazy = commands
        self.section = section

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(self.lazy)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read a call without a command as one of the default."""
        bare = not args or args[0].startswith("-")
        if self.default and bare and not ctx.resilient_parsing:
            known = {*self.lazy, *self.get_help_option_names(ctx)}
            args = args if known & set(args) else [self.default, *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table."""
        del ctx
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, summary) for _section, name, summary in self.lazy.listed()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names from the table, then options."""
        from click.shell_completion import CompletionItem  # for Tab alone

        names = [
            CompletionItem(name, help=summary)
            for _section, name, summary in self.lazy.listed()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


class Root(LazyGroup):
    """`svcctl` itself: sections in its help, today's screen when called bare."""

    def __init__(self, commands: LazyCommands) -> None:
        super().__init__(
            "svcctl", commands, summary=_("The book of a property-management service centre.")
        )
        self.params = global_options(hidden=False)
        click.version_option(__version__, "-V", "--version", message="svcctl %(version)s")(self)
        self.invoke_without_command = True
        self.no_args_is_help = False
        self.subcommand_metavar = "[COMMAND] [ARGS]..."
        self.context_settings = {"help_option_names": ["-h", "--help"]}
        self.callback = self._show_today

    def _show_today(self) -> None:
        ctx = click.get_current_context()
        if ctx.invoked_subcommand is not None:
            return
        command = self.lazy[DEFAULT]
        with command.make_context(DEFAULT, [], parent=ctx) as own:
            command.invoke(own)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands under the headings of the table."""
        del ctx
        sections: dict[str, list[tuple[str, str]]] = {}
        for section, name, summary in self.lazy.listed():
            sections.setdefault(section, []).append((name, summary))
        for section, lines in sections.items():
            with formatter.section(section):
                formatter.write_dl(lines)


def build(rows: Sequence[Row], groups: Sequence[Group]) -> Root:
    """Return the command tree of a table; imports no command."""
    inside: dict[str, list[tuple[str, Row | LazyGroup]]] = {group.path: [] for group in groups}
    top: list[tuple[str, Row | LazyGroup]] = []
    for row in rows:
        group, _space, name = row.path.rpartition(" ")
        (inside[group] if group else top).append((name, row))
    # Inner groups first, because a group takes its commands when it is made.
    for one in sorted(groups, key=lambda group: -len(group.path.split())):
        parent, _space, name = one.path.rpartition(" ")
        made = LazyGroup(name, LazyCommands(inside[one.path]), one.section, _(one.summary))
        made.default = one.default
        (inside[parent] if parent else top).append((name, made))
    sections = list(
        dict.fromkeys([*(row.section for row in rows), *(one.section for one in groups)])
    )
    return Root(LazyCommands(sorted(top, key=lambda entry: sections.index(entry[1].section))))


def load(row: Row, name: str) -> click.Command:
    """Import the command of a row and give it the name and summary of the table."""
    module, _colon, attribute = row.target.partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    command.name = name
    command.short_help = _(row.summary)
    if not command.help:
        command.help = f"{_(row.summary)}."
    return command
