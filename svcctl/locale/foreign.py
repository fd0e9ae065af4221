"""Messages of others that people of svcctl can meet; they go through our catalogue.

Click looks its own up (see `i18n.use`); those of the system are looked up where they are told.

They are written down rather than read from click, so that the catalogue does not depend on which
click is installed. A test reads click's source and asks about every message that is neither here
nor in `NEVER_SHOWN`.
"""

from __future__ import annotations

CLICK: tuple[str | tuple[str, str], ...] = (
    # help
    "Usage:",
    "Options",
    "Positional arguments",
    "Commands",
    "Show the version and exit.",
    "Show this message and exit.",
    "default: {default}",
    "env var: {var}",
    "required",
    "(dynamic)",
    # mistakes on the command line
    "Error: {message}",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "Missing {param_type}",
    "Missing parameter: {param_name}",
    "No such command {name!r}.",
    "No such option {name!r}.",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    "Argument {name!r} takes {nargs} values.",
    ("Takes {nargs} values but 1 was given.", "Takes {nargs} values but {len} were given."),
    ("{len_type} values are required, but {len_value} was given.",
     "{len_type} values are required, but {len_value} were given."),
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Try '{command} {option}' for help.",
    "Choose from:\n\t{choices}",
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("{value!r} does not match the format {format}.",
     "{value!r} does not match the formats {formats}."),
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}",
    "file",
    "directory",
    "path",
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
    "{name} {filename!r} is not executable.",
    "Could not open file {filename!r}: {message}",
    "unknown error",
    # questions
    "Do you want to continue?",
    "Confirm the action without prompting.",
    "Repeat for confirmation",
    "Error: The two entered values do not match.",
    "Error: invalid input",
    "Press any key to continue...",
    "Aborted!",
    "{editor}: Editing failed",
    "{editor}: Editing failed: {e}",
    "Windows error: {error}",
    # progress and completion
    "d",
    "Couldn't detect Bash version, shell completion is not supported.",
    "Shell completion is not supported for Bash versions older than 4.4.",
)  # fmt: skip
"""A pair is singular and plural."""

SYSTEM: tuple[str, ...] = (
    "Bad file descriptor",
    "Connection reset by peer",
    "Device or resource busy",
    "Directory not empty",
    "Disk quota exceeded",
    "File exists",
    "File name too long",
    "File too large",
    "Input/output error",
    "Invalid argument",
    "Invalid cross-device link",
    "Is a directory",
    "No such file or directory",
    "No space left on device",
    "Not a directory",
    "Operation not permitted",
    "Permission denied",
    "Read-only file system",
    "Stale file handle",
    "Text file busy",
    "Too many levels of symbolic links",
    "Too many open files",
)
"""Why the system refuses, as `os.strerror` says it."""

MAY_BE_LEFT_OUT = frozenset({"number_type"})
"""Placeholders that click fills with English words; a translation does without them."""

NEVER_SHOWN = frozenset(
    {
        # What a programmer did wrong, or what svcctl does not use.
        "%(prog)s, version %(version)s",
        "Arguments take exactly one parameter declaration, got {length}: {decls}.",
        "Boolean option {decl!r} cannot use the same flag for true/false.",
        "Choice({choices})",
        "Could not determine name for option with declarations {decls!r}",
        "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
        "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
        "Invalid start character for option ({option})",
        "Name '{name}' defined twice",
        (
            "No options defined but a name was passed ({name}). Did you mean to declare an"
            " argument instead? Did you mean to pass '--{name}'?"
        ),
        "Unknown color {colour!r}",
        "Unknown standard stream '{name}'",
        "Value must be an iterable.",
        "deprecated",
        "{value!r} is not a valid UUID.",
    }
)
