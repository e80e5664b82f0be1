"""`puntual serve`: web, API and dispatcher in one process group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import click

from puntual.project.cli import progress


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def command(port: int, workers: int, host: str) -> None:
    """Abre la web en http://127.0.0.1:8000 y deja un despachador atento."""
    serve(host, port, workers)


def serve(host: str, port: int, workers: int) -> None:
    """Run until interrupted. The dispatcher is a process of its own: a crash of one leaves the other standing."""
    from puntual.project.cli.init import prepare

    prepare()
    # One thread each in web workers: pages read little, and many workers share the machine.
    environment = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    dispatcher = subprocess.Popen(
        [sys.executable, "-c", "from puntual.project.cli import main; main(['dispatch'])"], env=environment
    )
    line = [sys.executable, "-m", "uvicorn", "puntual.project.asgi:application", "--host", host, "--port", str(port)]
    web = subprocess.Popen([*line, "--workers", str(workers), "--log-level", "warning"], env=environment)
    # Whoever stops this process stops the whole group, by Ctrl C or by a service manager's SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    progress(f"Puntual está en http://{host}:{port} (Ctrl C para terminar)")
    try:
        web.wait()
    except KeyboardInterrupt:
        progress("Hasta luego.")
    finally:
        for child in (web, dispatcher):
            child.terminate()
        for child in (web, dispatcher):
            child.wait(timeout=10)
