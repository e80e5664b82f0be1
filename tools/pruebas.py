"""Runs the whole suite: on SQLite, then what touches the database again on PostgreSQL. Ends with one line of counts.

What a test needs and the machine lacks (PostgreSQL, Chromium, an IMAP or SMS peer) is installed when this runs as
root with a package manager, else skipped with a printed reason; with CI=true nothing may be skipped for that.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
CI = os.environ.get("CI") == "true"
#: what is looked for -> the Debian package that has it
NEEDED = {
    "chromium": "chromium",
    "initdb": "postgresql",
    "libpango": "libpangoft2-1.0-0",
    "pdftoppm": "poppler-utils",
    "dovecot": "dovecot-imapd",
    "bearerbox": "kannel",
    "fakesmsc": "kannel-extras",
}
#: Servers and what comes with them do not lie on everybody's path.
ELSEWHERE = "/usr/sbin:/usr/bin:/sbin:/usr/lib/kannel/test"


def say(text: str) -> None:
    print(text, flush=True)


def have(name: str) -> bool:
    if name == "initdb":
        return postgres_bin() is not None
    if name == "libpango":
        found = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=False)
        return "libpangoft2-1.0" in found.stdout
    return (shutil.which(name) or shutil.which(name, path=ELSEWHERE)) is not None


def postgres_bin() -> Path | None:
    """The folder of the newest PostgreSQL server, if one is installed."""
    if shutil.which("initdb"):
        return Path(shutil.which("initdb") or "").parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def provide() -> None:
    """Install what is missing, if this machine lets us."""
    missing = [package for name, package in NEEDED.items() if not have(name)]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"Instalando para las pruebas: {', '.join(missing)}")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], env=env, **quiet)
    subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *missing], env=env, **quiet)


class Postgres:
    """A throw-away server on a loopback port, as a user that is not root (PostgreSQL refuses root)."""

    port = 54871

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="puntual-pg-"))
        self.bin = postgres_bin()

    def _as_user(self, *command: object) -> bool:
        line = [str(c) for c in command]
        if os.geteuid() == 0:
            line = ["runuser", "-u", "postgres", "--", *line]
        return subprocess.run(line, capture_output=True, check=False, cwd=self.folder).returncode == 0

    def __enter__(self) -> str | None:
        if self.bin is None:
            return None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        data = self.folder / "datos"
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        ready = self._as_user(self.bin / "initdb", "-D", data, "-A", "trust", "-U", "puntual") and self._as_user(
            self.bin / "pg_ctl", "-D", data, "-w", "-l", self.folder / "log", "-o", options, "start"
        )
        return f"postgresql://puntual@127.0.0.1:{self.port}/postgres" if ready else None

    def __exit__(self, *_: object) -> None:
        if self.bin is not None:
            self._as_user(self.bin / "pg_ctl", "-D", self.folder / "datos", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)")


def pytest(name: str, *arguments: str, **environment: str) -> tuple[int, dict[str, int]]:
    """Run pytest, showing what it says; gives its exit code and its counts."""
    say(f"\n== {name}")
    run = subprocess.Popen(
        [str(BIN / "pytest"), *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    last = ""
    assert run.stdout is not None
    for line in run.stdout:
        sys.stdout.write(line)
        if COUNT.search(line) and " in " in line:
            last = line
    sys.stdout.flush()
    return run.wait(), {word.rstrip("s"): int(n) for n, word in COUNT.findall(last)}


def main() -> int:
    provide()
    lacking = [name for name in NEEDED if not have(name)]
    for name in lacking:
        say(f"Se omite lo que necesita {name}: instale {NEEDED[name]} para probarlo.")
    if CI and lacking:
        say("En CI no se omite nada.")
        return 1
    results = [
        pytest("SQLite", "-m", "not journey and not postgres", "-n", "2"),
        pytest("Navegador", "-m", "journey"),
    ]
    with Postgres() as url:
        if url:
            arguments = ["-m", "not journey", "tests/apps", "tests/faults"]
            results.append(pytest("PostgreSQL", *arguments, "-n", "2", DATABASE_URL=url))
        else:
            say("Se omite PostgreSQL: no hay un servidor instalado.")
            results.append((1 if CI else 0, {}))
    total = {
        word: sum(counts.get(word, 0) for _, counts in results) for word in ("passed", "failed", "error", "skipped")
    }
    failed = total["failed"] + total["error"]
    say(f"\n{total['passed']} passed, {failed} failed, {total['skipped']} skipped")
    return 1 if failed or any(code not in (0, 5) for code, _ in results) or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
