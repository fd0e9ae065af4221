"""What commands are declared with: the command class, options that mean the same everywhere, types.

@command(help=_("Show tickets."), examples=("svcctl ticket show A07",))
@ids_argument
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...]) -> None: ...
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from functools import cache
from functools import update_wrapper
from typing import Any
from typing import TypeVar

import click

from svcctl.base.choice import Choice
from svcctl.base.choice import resolve
from svcctl.base.choice import say
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.term.context import Run
from svcctl.term.help import ShellContext
from svcctl.term.output import FORMATS
from svcctl.term.start import language_of

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., object])
STDIN = "-"


class Leaf(click.Command):
    """A command that does something; takes the options of every command at any place."""

    context_class = ShellContext

    def __init__(
        self, *args: Any, examples: Sequence[str] = (), rev: bool = True, **attrs: Any
    ) -> None:
        super().__init__(*args, **attrs)
        self.examples = tuple(examples)
        self.rev = rev
        for param in self.params:
            if isinstance(param, click.Option) and isinstance(param.type, Word):
                param.help = param.help or param.type.describe()
        own = {name for param in self.params for name in param.opts}
        self.params += [one for one in hidden_options() if not own & set(one.opts)]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show examples after the options, as they are to be typed."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section(_("Examples")):
                for line in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; end in the status it settled on."""
        run = Run.of(ctx)
        if not self.rev and run.wishes.rev is not None:
            raise UsageProblem(
                _("'{command}' looks at the book as it is and takes no --rev").format(
                    command=ctx.command_path
                )
            )
        try:
            super().invoke(ctx)
        finally:
            run.close()
        ctx.exit(run.status)


def command(
    name: str | None = None,
    *,
    help: str = "",
    examples: Sequence[str] = (),
    rev: bool = True,
    **attrs: Any,
) -> Callable[[Callable[..., object]], Leaf]:
    """Declare a command: `@command(help=_("…"), examples=("svcctl …",))`.

    Name and one-line summary come from the command table; without `help` the summary is the help.

    Args:
        rev: Whether it answers from a commit with `--rev`, or refuses it because it writes; a
            command that would look past it says so and does nothing.
    """
    # click would take an English docstring for the help of every language; "" keeps it from that.
    return click.command(name, cls=Leaf, help=help, examples=examples, rev=rev, **attrs)


def pass_run(function: Callable[..., T]) -> Callable[..., T]:
    """Hand the `Run` to a command as its first argument."""

    def with_run(*args: Any, **kwargs: Any) -> T:
        return function(Run.of(click.get_current_context()), *args, **kwargs)

    return update_wrapper(with_run, function)


def global_options(*, hidden: bool) -> list[click.Parameter]:
    """Return the options that every command and group takes."""
    return [
        _global("book", "--book", "-C", metavar="DIR", hidden=hidden,
                help=_("The book to work on (SVCCTL_BOOK); else the one around this folder.")),
        _global("", "--lang", metavar="zh|en", hidden=hidden, callback=_check_language,
                help=_("Language (SVCCTL_LANG); else the book's, else the locale's.")),
        _global("acting", "--as", metavar="NAME", hidden=hidden,
                help=_("Who is typing; else who started a shift here.")),
        _global("now", "--now", metavar="MOMENT", hidden=hidden,
                help=_("Read as if it were this moment.")),
        _global("rev", "--rev", metavar="REV", hidden=hidden,
                help=_("Read the book as committed.")),
        _global("no_index", "--no-index", is_flag=True, hidden=hidden,
                help=_("Read every file; neither use nor write the cache.")),
    ]  # fmt: skip


@cache
def hidden_options() -> tuple[click.Parameter, ...]:
    """Return the same options for commands and groups below the root; their help lists none."""
    return tuple(global_options(hidden=True))


def when_option(function: Function) -> Function:
    """Add `--when MOMENT` as `when: str | None`; hand it to `run.deed(when)`."""
    return click.option(
        "--when", metavar="MOMENT", help=_("When it happened, if not now: 09:12, 昨天 21:30.")
    )(function)


def note_option(function: Function) -> Function:
    """Add `--note WORDS` as `note: str | None`."""
    return click.option("--note", metavar="WORDS", help=_("What was said or seen, in words."))(
        function
    )


def why_option(function: Function) -> Function:
    """Add `--why REASON` as `why: str | None`."""
    return click.option("--why", metavar="REASON", help=_("The reason."))(function)


def format_options(function: Function) -> Function:
    """Add `--format` and `-o`; `run.rows` and `run.one` know them, the function takes nothing."""
    form = click.option(
        "--format", type=click.Choice(FORMATS), expose_value=False, callback=_keep("format"),
        help=_("How the data is written; table unless the name after -o says otherwise."),
    )  # fmt: skip
    file = click.option(
        "-o", "--output", metavar="FILE", expose_value=False, callback=_keep("path"),
        help=_("Write the data to a file; CSV opens in Excel."),
    )  # fmt: skip
    return form(file(function))


def ids_argument(function: Function) -> Function:
    """Add `ID...` as `ids: tuple[str, ...]`, at least one; `-` stands for ids on stdin."""
    return click.argument(
        "ids", nargs=-1, required=True, metavar="ID...", callback=_with_stdin,
        help=_("Which; `-` reads ids from stdin."),
    )(function)  # fmt: skip


class Word(click.ParamType[str]):
    """A value given by English key, Chinese word or pinyin initials; becomes the key.

    Args:
        what: Name of the thing asked for, in messages.
        choices: The allowed values, or a function of the run that knows them.
    """

    name = "word"

    def __init__(
        self, what: str, choices: Iterable[Choice] | Callable[[Run], Iterable[Choice]]
    ) -> None:
        self.what = what
        self._choices = choices if callable(choices) else tuple(choices)

    def choices(self, ctx: click.Context | None) -> list[Choice]:
        """Return the allowed values in this run."""
        if callable(self._choices):
            return list(self._choices(Run() if ctx is None else Run.of(ctx)))
        return list(self._choices)

    def describe(self) -> str:
        """Return help for an option that brings none: the allowed values."""
        if callable(self._choices):
            return _("One of the values of '{what}' in the handbook.").format(what=self.what)
        return _("One of: {values}.").format(values=", ".join(map(say, self._choices)))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the key that the words mean, or fail with the nearest."""
        try:
            return resolve(str(value), self.choices(ctx), self.what)
        except UsageProblem as problem:
            raise BadWord(problem, param, ctx) from problem

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show what is asked for, in place of click's type name."""
        del ctx
        return param.name.upper() if param.name else self.name.upper()


def open_list(name: str, what: str) -> Word:
    """Return the type of a value that stands on an open list of the handbook.

    Args:
        name: Of the list: `channel`, `department`.
        what: Name of the thing asked for, in messages.
    """

    def choices(run: Run) -> Iterable[Choice]:
        return run.book.handbook.policy(run.now().date()).options(name)

    return Word(what, choices)


class BadWord(click.BadParameter):
    """A value that is not allowed, with the hints that tell which are."""

    def __init__(
        self, problem: UsageProblem, param: click.Parameter | None, ctx: click.Context | None
    ) -> None:
        super().__init__(problem.message, ctx=ctx, param=param)
        self.hints = problem.hints


def read_stdin() -> str:
    """Return all of stdin as text, whatever a Windows shell did to it.

    Raises:
        UsageProblem: It is no text.
    """
    from svcctl.term.batch import decode

    return decode(sys.stdin.buffer.read())


def _with_stdin(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    del param
    return value if ctx.resilient_parsing else with_stdin(value)


def with_stdin(given: Sequence[str]) -> tuple[str, ...]:
    """Return ids with `-` replaced by those that stand on stdin."""
    if STDIN not in given:
        return tuple(given)
    read = read_stdin().split()
    return tuple(name for one in given for name in (read if one == STDIN else [one]))


def _global(field: str, *names: str, **attrs: Any) -> click.Option:
    # Eager, so that types which look into the book know which book, wherever --book stands.
    attrs.setdefault("callback", _keep(field))
    return click.Option([*names, f"_{field or 'lang'}"], expose_value=False, is_eager=True, **attrs)


def _keep(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        del param
        if value:
            setattr(Run.of(ctx).wishes, field, value)

    return keep


def _check_language(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    # The choice itself was made before click was imported; see svcctl.term.start.
    if value and language_of(value) is None:
        raise click.BadParameter(_("'{value}' is not zh or en").format(value=value), ctx, param)
