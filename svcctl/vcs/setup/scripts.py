"""What Git is told to run: shell texts that stand on their own where svcctl is missing; pure.

Git's settings are of one machine, but they outlive a virtual environment. Each text therefore
looks for svcctl at the place noted and then on PATH, and does without it in the end: a merge falls
back to lines with labels, a diff to the file as it is. A driver that cannot be started would leave
our side without any mark, and `git add` would lose theirs (measured).
"""

from __future__ import annotations

import shlex

HOOKS = ("pre-commit", "post-merge")

XFUNCNAME = "!^[a-z_]+ = \n^[^[:blank:]].*$"
"""What stands above a hunk: the last line at the margin, but of a file as it is no field."""

_DRIVER = """\
f() {{
 r=0
 h=$(git hash-object --no-filters -- %A)
 for p in {programs}; do
  command -v "$p" >/dev/null 2>&1 || continue
  {book}"$p" git merge-driver %O %A %B %L %P
  r=$?
  test $r = 0 && return 0
  if test $r = 1; then
   test "$h" = "$(git hash-object --no-filters -- %A)" || return 1
  else
   r=0
  fi
  break
 done
 git merge-file -q --marker-size=%L -L ours -L base -L theirs %A %O %B || return 1
 return $r
}}; f"""

_TEXTCONV = """\
f() {{
 for p in {programs}; do
  command -v "$p" >/dev/null 2>&1 || continue
  t=$({book}"$p" git textconv "$1" 2>/dev/null) && printf "%s\\n" "$t" && return 0
 done
 cat "$1"
}}; f"""

_GUARD = """\
# Checks records before each commit. Put here by `svcctl git setup`; out: `svcctl git remove`
(
  test -f {mark} || exit 0
  for program in {programs}; do
    command -v "$program" >/dev/null 2>&1 || continue
    "$program" --book {book} git hook pre-commit
    status=$?
    test $status -le 1 && exit $status
    echo "svcctl: the records were not checked; to commit all the same: git commit --no-verify" >&2
    exit 1
  done
  echo "svcctl is missing, so the records were not checked: \\
install it, or once do without: git commit --no-verify" >&2
  exit 1
) || exit 1
"""

_ADVICE = """\
# Checks what a merge brought. Put here by `svcctl git setup`; out: `svcctl git remove`
(
  test -f {mark} || exit 0
  for program in {programs}; do
    command -v "$program" >/dev/null 2>&1 || continue
    "$program" --book {book} git hook post-merge "$1"
    exit 0
  done
  echo "svcctl is missing, so what the merge brought was not checked: \\
install it, then: svcctl validate" >&2
  exit 0
)
"""


def _programs(program: str) -> str:
    return " ".join(shlex.quote(one) for one in (program, "svcctl") if one)


def driver(program: str, book: str) -> str:
    """Return `merge.svcctl.driver`.

    Status 1 with a file that is as before is no conflict that svcctl wrote down, but a Python that
    could not start: then, too, lines are merged.

    Args:
        program: Where svcctl is, if known.
        book: The book's place in the repository; empty at the top.
    """
    # Git puts values in where a % stands; one of a path must be doubled.
    programs, named = (text.replace("%", "%%") for text in (_programs(program), _named(book)))
    return _one_line(_DRIVER.format(programs=programs, book=named))


def textconv(program: str, book: str) -> str:
    """Return `diff.svcctl.textconv`; arguments as for `driver`."""
    return _one_line(_TEXTCONV.format(programs=_programs(program), book=_named(book)))


def _named(book: str) -> str:
    return f"SVCCTL_BOOK={shlex.quote(book or '.')} "


def _one_line(text: str) -> str:
    """Return the text as `.git/config` shows it best: without line ends of its own."""
    lines = [line.strip() for line in text.splitlines()]
    joined = ""
    for line in lines:
        joined += line + (" " if line.endswith(("{", "do", "then", "else")) else "; ")
    return joined.removesuffix("; ")


def hook(name: str, program: str, book: str) -> str:
    """Return what stands in a hook's block.

    Hooks run at the top of the working tree, which may be any worktree of the repository.

    Args:
        name: One of `HOOKS`.
        program: Where svcctl is, if known.
        book: The book's place in the repository; empty at the top.
    """
    text = _GUARD if name == "pre-commit" else _ADVICE
    place = book or "."
    return text.format(
        mark=shlex.quote(f"{place}/book.toml"),
        programs=_programs(program),
        book=shlex.quote(place),
    )
