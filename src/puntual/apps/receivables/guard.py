"""The database itself refuses to change or delete what was written in the books. Recreated by migrations and `init`.

Only the test runner lifts the guard, to empty tables between tests.
"""

from __future__ import annotations

from django.db import connection

#: Tables whose rows are only ever added.
GUARDED = (
    "receivables_entry", "receivables_event", "receivables_chargerecord", "compliance_consent", "audit_auditrecord",
    "audit_evidence", "audit_accessrecord",
)  # fmt: skip

_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION puntual_only_add() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'los asientos no se cambian ni se borran: añada uno que corrija'; END $$ LANGUAGE plpgsql
"""


def raise_guard() -> None:
    """Create the triggers that refuse update, delete and (PostgreSQL) truncate."""
    lift_guard()
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_PG_FUNCTION)
        for table in GUARDED:
            if table not in existing:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"CREATE TRIGGER only_add_rows BEFORE UPDATE OR DELETE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION puntual_only_add()"
                )
                cursor.execute(
                    f"CREATE TRIGGER only_add_table BEFORE TRUNCATE ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION puntual_only_add()"
                )
            else:
                for act in ("UPDATE", "DELETE"):
                    cursor.execute(
                        f"CREATE TRIGGER only_add_{act.lower()}_{table} BEFORE {act} ON {table} BEGIN "
                        "SELECT RAISE(ABORT, 'los asientos no se cambian ni se borran: añada uno que corrija'); END"
                    )


def lift_guard() -> None:
    """Drop the triggers. Called only before recreating them, and by the test runner."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in GUARDED:
            if table not in existing:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS only_add_rows ON {table}")
                cursor.execute(f"DROP TRIGGER IF EXISTS only_add_table ON {table}")
            else:
                for act in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS only_add_{act}_{table}")


def missing_guards() -> list[str]:
    """Guarded tables that lack a trigger; empty when all stand."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT event_object_table, count(*) FROM information_schema.triggers GROUP BY 1")
            # Update and delete are two rows of the first trigger; information_schema does not list truncate.
            have = {table for table, count in cursor.fetchall() if count >= 2}
        else:
            cursor.execute("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1")
            have = {table for table, count in cursor.fetchall() if count >= 2}
    return [table for table in GUARDED if table not in have]
