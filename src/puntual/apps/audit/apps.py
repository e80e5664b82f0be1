from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "puntual.apps.audit"
    label = "audit"

    def ready(self) -> None:
        """Django tells of entries and exits by signals of its own; here they become facts and nothing else."""
        from django.contrib.auth import signals

        signals.user_logged_in.connect(_entered, dispatch_uid="audit_entered")
        signals.user_logged_out.connect(_left, dispatch_uid="audit_left")


def _entered(sender: object, user: Any, **more: object) -> None:
    from puntual.apps.audit import write

    write.record(act="entered", actor=user)


def _left(sender: object, user: Any, **more: object) -> None:
    from puntual.apps.audit import write

    if user is not None:
        write.record(act="left", actor=user)
