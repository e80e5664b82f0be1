"""Makes `.venv` with the locked packages and the `puntual` command. Standard library only: it runs before anything is
there.

Debian splits venv and ensurepip off Python; when they are missing this tries, in order, what the machine has: the pip
of the system, virtualenv, the package manager (as root). If nothing serves, it says in one sentence what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def works(*command: object) -> bool:
    """Whether a command runs and ends well, without a word."""
    return subprocess.run([str(c) for c in command], capture_output=True, check=False).returncode == 0


def has_pip() -> bool:
    return PYTHON.exists() and works(PYTHON, "-m", "pip", "--version")


def make_venv() -> None:
    """Try each way of making the environment until one leaves a Python with pip."""
    if has_pip():
        return
    say("Preparando el entorno de Python en .venv ...")
    for way in (_venv, _venv_with_system_pip, _virtualenv, _apt):
        shutil.rmtree(VENV, ignore_errors=True)
        if way() and has_pip():
            return
    shutil.rmtree(VENV, ignore_errors=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.exit(
        f"A este Python le falta con qué crear entornos. Instale el paquete {version}-venv (o python3-venv) y repita."
    )


def _venv() -> bool:
    return works(sys.executable, "-m", "venv", VENV)


def _venv_with_system_pip() -> bool:
    """Without ensurepip, an empty environment can still be filled by the pip of the system."""
    if not works(sys.executable, "-m", "pip", "--version") or not works(
        sys.executable, "-m", "venv", "--without-pip", VENV
    ):
        return False
    return works(sys.executable, "-m", "pip", "--python", PYTHON, "install", "-q", "pip")


def _virtualenv() -> bool:
    return works(sys.executable, "-m", "virtualenv", "-q", VENV)


def _apt() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    say(f"Instalando {version}-venv con el gestor de paquetes ...")
    for package in (f"{version}-venv", "python3-venv"):
        if works("apt-get", "install", "-y", package) or (
            works("apt-get", "update") and works("apt-get", "install", "-y", package)
        ):
            return _venv()
    return False


def install(lock: str) -> None:
    """The locked packages, each checked against its hash, then the product itself without resolving anything."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    say(f"Instalando los paquetes de {lock} (la primera vez tarda unos minutos) ...")
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / lock)], check=True)
    subprocess.run([*pip, "--no-build-isolation", "--no-deps", "-e", str(ROOT)], check=True)


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(f"Puntual necesita Python 3.11 o posterior; este es {sys.version.split()[0]}.")
    make_venv()
    try:
        install(sys.argv[1])
    except subprocess.CalledProcessError:
        sys.exit(
            "No se pudieron instalar los paquetes: revise la conexión con el índice de paquetes y repita `make env`."
        )


if __name__ == "__main__":
    main()
