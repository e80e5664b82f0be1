"""`puntual ...`: one module per command, named in one explicit list and imported only when called.

Every module of this folder offers `command`, a click command. With `--json` a command prints one document on standard
output
and nothing else; progress and logs go to standard error. No traceback reaches a user: `main` turns errors into a
sentence and an exit code (2 unusable input, 3 refused), and keeps the traceback in the log of the data folder.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from puntual.core.errors import Refused, UnusableInput

#: command -> module of this package. The only registry of commands.
COMMANDS = {
    "init": "init", "serve": "serve", "demo": "demo", "import": "import_", "run": "run_", "plan": "plan",
    "dispatch": "dispatch", "gate": "gate", "charge": "charge", "lint": "lint", "classify": "classify",
    "predict": "predict", "backtest": "backtest", "simulate": "simulate", "report": "report", "policy": "policy",
    "check": "check", "export": "export", "backup": "backup", "restore": "restore", "bench": "bench",
    "schema": "schema", "rates": "rates", "key": "key", "channel": "channel", "accrue": "accrue", "erase": "erase",
    "retention": "retention", "bureau": "bureau", "inbox": "inbox", "choices": "choices",
    "client": "client", "refund": "refund", "assign": "assign",
}  # fmt: skip

DONE, FINDINGS, UNUSABLE, REFUSED = 0, 1, 2, 3


class Lazy(click.Group):
    """Imports a command's module when the command is called: `puntual gate` must not pay for Django."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, module in COMMANDS.items() if importlib.util.find_spec(f"{__name__}.{module}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.command(cls=Lazy, help="Puntual: cobranza amable, legal y medible.")
def cli() -> None: ...


def django_setup() -> None:
    """Commands that need the memory call this first; the pure ones never do."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "puntual.project.settings")
    import django

    django.setup()


def emit(document: Any, *, as_json: bool, human: str | None = None) -> None:
    """One JSON document on standard output, or the sentence for people."""
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, default=_encode))
    else:
        click.echo(human if human is not None else json.dumps(document, ensure_ascii=False, indent=2, default=_encode))


def _encode(value: Any) -> Any:
    if hasattr(value, "as_json"):
        return value.as_json()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def person_allowed(name: str, act: str, creditor_id: int) -> Any:
    """The user in whose name something is done. UnusableInput if there is none, Refused without the permission."""
    from django.contrib.auth import get_user_model

    from puntual.apps.access import read as access
    from puntual.apps.access.choices import ACTS

    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise UnusableInput(f"No hay un usuario «{name}».")
    if not access.grants_of(user).may(act, creditor_id):
        raise Refused(f"A «{name}» le falta el permiso «{ACTS[act]}».")
    return user


def progress(text: str) -> None:
    """A line for whoever is looking, on standard error."""
    click.echo(text, err=True)


def main(argv: list[str] | None = None) -> None:
    """Entry point. Exits with the code that CONTRACT gives."""
    sys.exit(run(argv))


def run(argv: list[str] | None = None) -> int:
    """Like `main`, but returns the exit code (for tests)."""
    try:
        result = cli.main(args=argv, prog_name="puntual", standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except UnusableInput as error:
        click.echo(error.sentence, err=True)
        return UNUSABLE
    except Refused as error:
        click.echo(error.sentence, err=True)
        return REFUSED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return UNUSABLE
    except click.ClickException as error:
        error.show()
        return UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrumpido.", err=True)
        return UNUSABLE
    except Exception as error:
        if _schema_is_old(error):
            click.echo("La base de datos no está al día con esta versión: ejecute `puntual init` y repita.", err=True)
        else:
            click.echo(f"Algo falló dentro de Puntual; nada quedó a medias. El detalle: {_log_failure()}", err=True)
        return UNUSABLE


def _schema_is_old(error: BaseException | None) -> bool:
    """Whether a failure is a missing table or column: the schema of an older version, or none yet."""
    while error is not None:
        if type(error).__name__.endswith("Error") and any(
            word in str(error) for word in ("no such table", "no such column", "relation")
        ):
            return "relation" not in str(error) or "does not exist" in str(error)
        error = error.__cause__
    return False


def _log_failure() -> str:
    folder = Path(os.environ.get("PUNTUAL_DATA", "data")) / "log"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "errores.log"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"\n{datetime.now(UTC).isoformat()} {' '.join(sys.argv[:2])}\n{traceback.format_exc()}")
    return str(log)
