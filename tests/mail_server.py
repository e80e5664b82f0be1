"""A real Dovecot on a loopback port with a mail folder of its own, and mails to put into it."""

from __future__ import annotations

import getpass
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin")
WHY_NOT = "Dovecot no está instalado (paquete dovecot-imapd)"

_CONF = """
base_dir = {run}
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {inside}
default_internal_group = {group}
default_login_user = {inside}
first_valid_uid = 1
mail_location = maildir:{mails}/%u
auth_mechanisms = plain xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password=secreto
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mails}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """Running while it is a context. One user, «cobranza@norte.example», password «secreto». `whose`: where it asks
    whose an OAuth token is, before it lets anybody in by XOAUTH2. Its folder is its own: pytest shuts the one of all
    its tests to other users each time that a run begins, and Dovecot's workers are another user."""

    user = "cobranza@norte.example"

    def __init__(self, whose: str = "http://127.0.0.1:1/whose") -> None:
        self.whose = whose
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def __enter__(self) -> Dovecot:
        root = os.geteuid() == 0
        owner = pwd.getpwnam("nobody" if root else getpass.getuser())
        inside = pwd.getpwuid(os.geteuid()) if not root else owner
        self._own = tempfile.TemporaryDirectory(prefix="puntual-buzon-", ignore_cleanup_errors=True)
        self.folder = Path(self._own.name)
        run, mails = self.folder / "run", self.folder / "mails"
        for one in (run, mails):
            one.mkdir()
        if root:
            shutil.chown(mails, owner.pw_uid, owner.pw_gid)
            self.folder.chmod(0o755)
        conf = self.folder / "dovecot.conf"
        group = subprocess.run(["id", "-gn", inside.pw_name], capture_output=True, text=True, check=True).stdout.strip()
        conf.write_text(
            _CONF.format(run=run, folder=self.folder, mails=mails, port=self.port, inside=inside.pw_name, group=group,
                         uid=owner.pw_uid, gid=owner.pw_gid)
        )  # fmt: skip
        (self.folder / "oauth.conf").write_text(
            f"tokeninfo_url = {self.whose}?access_token=\nusername_attribute = email\nactive_attribute = active\n"
            "active_value = true\n"
        )
        self._process = subprocess.Popen(
            [str(DOVECOT), "-F", "-c", str(conf)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr.log").open("w"),
        )  # fmt: skip
        end = time.monotonic() + 15
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise AssertionError(f"Dovecot no arrancó: {(self.folder / 'stderr.log').read_text()}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._own.cleanup()

    def client(self) -> imaplib.IMAP4:
        box = imaplib.IMAP4("127.0.0.1", self.port)
        box.login(self.user, "secreto")
        return box

    def empty(self) -> None:
        """Nothing is left in the inbox."""
        box = self.client()
        for _ in range(20):
            status, told = box.select("INBOX")
            if status == "OK":
                break
            time.sleep(0.1)  # it is still putting its indexes in order
        assert status == "OK", told
        if told != [b"0"]:
            box.store("1:*", "+FLAGS", "\\Deleted")
            box.expunge()
        box.logout()

    def receive(self, *mails: bytes | EmailMessage) -> None:
        """Put mails into the inbox, as if they had just come."""
        box = self.client()
        for mail in mails:
            data = mail if isinstance(mail, bytes) else mail.as_bytes()
            status, said = box.append("INBOX", None, None, data)
            assert status == "OK", said
        box.logout()

    def unseen(self) -> int:
        box = self.client()
        box.select("INBOX", readonly=True)
        found = box.search(None, "UNSEEN")[1][0].split()
        box.logout()
        return len(found)

    def start_over(self) -> None:
        """The folder is numbered anew: another UIDVALIDITY, the same mails."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            for file in (self.folder / "mails").rglob(name):
                file.unlink()

    @property
    def credentials(self) -> dict[str, str]:
        return {"host": "127.0.0.1", "port": str(self.port), "security": "none", "username": self.user,
                "password": "secreto"}  # fmt: skip


def mail(
    text: str, *, sender: str = "lucia@ejemplo.mx", subject: str = "Re: Su cuenta", **headers: str
) -> EmailMessage:
    """A mail of a person."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, Dovecot.user, subject
    made["Date"] = "Tue, 24 Nov 2026 12:00:00 -0600"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if "Message-ID" not in made:
        made["Message-ID"] = f"<{abs(hash((text, sender, subject)))}@ejemplo.mx>"
    made.set_content(text)
    return made


def bounce_of(message_id: str, *, recipient: str = "lucia@ejemplo.mx", status: str = "5.1.1", action: str = "failed",
              said: str = "550 5.1.1 no existe ese buzón") -> bytes:  # fmt: skip
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@norte.example (Mail Delivery System)
To: {Dovecot.user}
Subject: Undelivered Mail Returned to Sender
Date: Tue, 24 Nov 2026 11:00:00 -0600
Auto-Submitted: auto-replied
Message-ID: <{status}-{action}-{message_id}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; norte.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--=b
Content-Type: text/rfc822-headers

From: {Dovecot.user}
To: {recipient}
Message-ID: <{message_id}>
Subject: Su cuenta

--=b--
""".replace("\n", "\r\n").encode()
