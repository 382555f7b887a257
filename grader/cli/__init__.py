"""The `grader` command. Each command imports what it needs when it runs, so `--help` is instant."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import typer

from grader.cli._batch import batch
from grader.cli._bench import bench
from grader.cli._demo import demo
from grader.cli._doctor import doctor
from grader.cli._grade import grade
from grader.cli._import import import_command
from grader.cli._interview import interview
from grader.cli._interviews import interviews
from grader.cli._rubrics import rubrics
from grader.cli._transcribe import transcribe
from grader.errors import GraderError

_PLUGINS = "grader.commands"


def build_app() -> typer.Typer:
    """Build the command line from this package's commands and those that other packages add."""
    app = typer.Typer(
        name="grader",
        help="Grade interview answers against rubrics: verdicts with evidence, a score made by code.",
        no_args_is_help=True,
        rich_markup_mode=None,  # plain help is there at once
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for plugin in sorted(entry_points(group=_PLUGINS), key=lambda entry: entry.name):
        command = plugin.load()
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=plugin.name)
        else:
            app.command(plugin.name)(command)
    app.command()(grade)
    app.command()(batch)
    app.add_typer(rubrics, name="rubrics")
    app.command()(demo)
    app.command()(interview)
    app.command()(transcribe)
    app.add_typer(interviews, name="interviews")
    app.command("import")(import_command)
    app.command()(bench)
    app.command()(doctor)
    return app


def main() -> None:
    """Run the command line; exit with 2 and one message on bad input, never with a traceback."""
    try:
        build_app()()
    except GraderError as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever reads the output has closed it, as `head` does; that is not an error.
        sys.stderr.close()


def fail(message: str) -> None:
    """Print an error for a person and exit with 2."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    console.print(Text("error: ", style="bold red") + Text(message))
    sys.exit(2)
