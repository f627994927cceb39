"""`simbreach`: the verbs put together, and every way in which a command can end.

Verbs import what they work with inside their bodies, so that `simbreach --help` loads no NumPy.
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from simbreach import __version__
from simbreach.cli import (
    circulate,
    console,
    generate,
    leak,
    peek,
    profiles,
    report,
    safety,
    shapes,
    trace,
    truth,
    verify,
)
from simbreach.core.errors import SimbreachError

_INTERRUPTED = 130


def _say_version(wanted: bool) -> None:
    if wanted:
        console.result(f"simbreach {__version__}")
        raise typer.Exit


def _front(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and stop."),
    ] = False,
) -> None:
    """Make realistic, fully synthetic French health-data leaks, with the truth about every cell."""
    if context.invoked_subcommand is None:
        console.result(context.get_help())


def build_app() -> typer.Typer:
    """The application with all its verbs."""
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True, epilog="Example: simbreach generate labs-demo")(_front)
    app.add_typer(profiles.app, name="profiles")
    app.add_typer(shapes.app, name="shapes")
    app.command("generate", epilog=generate.EXAMPLE)(generate.generate)
    app.command("peek", epilog=peek.EXAMPLE)(peek.peek)
    app.command("leak", epilog=leak.EXAMPLE)(leak.leak)
    app.command("circulate", epilog=circulate.EXAMPLE)(circulate.circulate)
    app.command("trace", epilog=trace.EXAMPLE)(trace.trace)
    app.command("truth", epilog=truth.EXAMPLE)(truth.truth)
    app.command("verify", epilog=verify.EXAMPLE)(verify.verify)
    app.command("report", epilog=report.EXAMPLE)(report.report)
    app.command("safety", epilog=safety.EXAMPLE)(safety.safety)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code: 0 done, 1 failed, 2 refused, 130 interrupted.

    Whatever goes wrong is one line on stderr that begins with `simbreach: error:`, never a traceback.
    """
    command = typer.main.get_command(build_app())
    try:
        code = command.main(
            args=None if arguments is None else list(arguments), prog_name="simbreach", standalone_mode=False
        )
    except SimbreachError as problem:
        console.error(str(problem))
        return problem.exit_code
    except typer.TyperException as problem:
        console.error(problem.format_message())
        return problem.exit_code
    except OSError as problem:
        console.error(_os_words(problem))
        return 1
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        console.note("interrupted; the same command goes on from here")
    return int(code or 0)


def _os_words(problem: OSError) -> str:
    """`No space left on device: path`, without Python's brackets and quotes."""
    words = problem.strerror or str(problem) or type(problem).__name__
    return f"{words}: {problem.filename}" if problem.filename else words
