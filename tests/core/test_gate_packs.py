"""A pack is data: what changes it, what is refused, and in which words."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from gate_world import ask, consent, contact

from puntual.core.errors import UnusableInput
from puntual.law.loader import FOLDER, load_law

MONDAY_21 = "2026-11-23T21:00:00-05:00"


@pytest.fixture
def pack(tmp_path: Path):
    """Edits a copy of Peru's pack: returns a function that applies replacements and loads the law from it."""

    def edited(*changes: tuple[str, str]):
        text = (FOLDER / "pe.yaml").read_text(encoding="utf-8")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        (tmp_path / "pe.yaml").write_text(text, encoding="utf-8")
        return load_law(folder=tmp_path)

    return edited


def test_a_pack_changes_without_python(pack) -> None:
    law = pack(('windows: {mon-fri: ["07:00-20:00"]}', 'windows: {mon-fri: ["07:00-21:30"]}'))
    assert ask(MONDAY_21, law=law, channel="call")["verdict"] == "allow"
    assert ask(MONDAY_21, channel="call")["rule"] == "PE-HOURS"


def test_two_spans_in_a_day_leave_a_lunch_break(pack) -> None:
    law = pack(('windows: {mon-fri: ["07:00-20:00"]}', 'windows: {mon-fri: ["07:00-13:00", "15:00-20:00"]}'))
    row = ask("2026-11-23T13:00:00-05:00", law=law, channel="call")
    assert row["next_allowed_at"] == datetime.fromisoformat("2026-11-23T15:00:00-05:00")


def test_a_rule_stops_binding_on_its_last_day(pack) -> None:
    law = pack(("    valid_from: 2012-01-01\n", "    valid_from: 2012-01-01\n    valid_to: 2026-11-24\n"))
    row = ask("2026-11-23T20:00:00-05:00", law=law, channel="call")
    assert row["next_allowed_at"] == datetime.fromisoformat("2026-11-24T00:00:00-05:00")


def test_what_a_rule_will_forbid_tomorrow_is_not_promised_for_tomorrow(pack) -> None:
    law = pack(
        (
            "  - id: PE-FREQ-DAY\n",
            "  - {id: PE-NO-VISIT, kind: forbidden_channel, severity: hard, confidence: high, evidence: R,\n"
            "     valid_from: 2026-11-24, channels: [visit], cite: Norma de prueba, text: Sin visitas a domicilio}\n"
            "  - id: PE-FREQ-DAY\n",
        )
    )
    assert ask("2026-11-23T19:00:00-05:00", law=law, channel="visit")["verdict"] == "allow"
    assert ask("2026-11-23T21:00:00-05:00", law=law, channel="visit")["reason"] == "never_allowed"
    assert ask("2026-11-24T10:00:00-05:00", law=law, channel="visit")["reason"] == "forbidden_channel"


def test_a_holiday_may_be_added_and_removed_by_the_installation() -> None:
    law = load_law(["PE"], {"PE": {"holidays": {"add": ["2026-11-23"], "remove": ["2026-12-08"]}}})
    assert ask("2026-11-23T10:00:00-05:00", law=law)["reason"] == "holiday"
    assert ask("2026-12-08T10:00:00-05:00", law=law)["verdict"] == "allow"


def test_a_soft_value_changed_by_the_installation_is_said() -> None:
    law = load_law(["PE"], {"PE": {"rules": {"PE-FREQ-DAY": {"max": 2}}}})
    one = [contact("2026-11-23T08:00:00-05:00")]
    two = [*one, contact("2026-11-23T09:00:00-05:00")]
    assert ask("2026-11-23T10:00:00-05:00", law=law, contacts=one)["verdict"] == "allow"
    row = ask("2026-11-23T10:00:00-05:00", law=law, contacts=two)
    assert row["rule"] == "PE-FREQ-DAY"
    assert any("Esta instalación lo cambió" in text for text in row["warnings"])


def test_a_soft_rule_can_be_switched_off() -> None:
    law = load_law(["MX"], {"MX": {"disabled": ["MX-WEEKDAYS"]}})
    asked = {"country": "MX", "zones": ["America/Mexico_City"]}
    assert ask("2026-11-21T10:00:00-06:00", law=law, **asked)["verdict"] == "allow"
    assert ask("2026-11-21T22:00:00-06:00", law=law, **asked)["rule"] == "MX-HOURS"


@pytest.mark.parametrize(
    "change", [{"rules": {"PE-HOURS": {"windows": {"mon-sun": ["00:00-24:00"]}}}}, {"disabled": ["PE-HOURS"]}]
)
def test_a_hard_rule_cannot_be_changed(change: dict) -> None:
    with pytest.raises(UnusableInput, match="PE-HOURS es norma firme"):
        load_law(["PE"], {"PE": change})


def test_an_override_of_a_rule_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnusableInput, match="no hay ninguna regla PE-NADA"):
        load_law(["PE"], {"PE": {"disabled": ["PE-NADA"]}})


def test_the_strict_reading_of_colombia_is_one_direct_contact_a_week() -> None:
    asked = {
        "country": "CO", "channel": "call", "consents": [consent("2026-01-01T00:00:00Z", "granted")],
        "contacts": [contact("2026-11-23T10:00:00-05:00", "call", direct_contact=True)],
    }  # fmt: skip
    strict = load_law(["CO"], {"CO": {"strict": ["CO-STRICT-WEEK"]}})
    assert ask("2026-11-25T10:00:00-05:00", **asked)["verdict"] == "allow"
    row = ask("2026-11-25T10:00:00-05:00", law=strict, **asked)
    assert (row["rule"], row["next_allowed_at"]) == (
        "CO-STRICT-WEEK",
        datetime.fromisoformat("2026-11-30T10:00:00-05:00"),
    )


def test_the_strict_reading_of_chile_adds_calls_and_messages() -> None:
    asked = {
        "country": "CL", "zones": ["America/Santiago"], "channel": "call",
        "contacts": [contact("2026-11-18T10:00:00-03:00"), contact("2026-11-20T10:00:00-03:00")],
    }  # fmt: skip
    strict = load_law(["CL"], {"CL": {"strict": "all"}})
    assert ask("2026-11-21T10:00:00-03:00", **asked)["verdict"] == "allow"
    assert ask("2026-11-21T10:00:00-03:00", law=strict, **asked)["rule"] == "CL-STRICT-TOTAL"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: contact_window", "kind: horario"), "pe.yaml, regla PE-HOURS, campo «kind»: «horario» no vale"),
        (("    severity: hard\n", ""), "pe.yaml, regla PE-HOURS: falta «severity»"),
        (("    cite:", "    cita:"), "pe.yaml, regla PE-HOURS: «cita» no es un campo conocido"),
        (('"07:00-20:00"', '"7-20"'), "pe.yaml, regla PE-HOURS, campo «mon-fri»: «7-20» no tiene la forma esperada"),
        (('"07:00-20:00"', '"20:00-07:00"'), "La regla PE-HOURS tiene el horario «20:00-07:00»"),
        (("mon-fri:", "lun-vie:"), "pe.yaml, regla PE-HOURS, campo «windows»: «lun-vie» no es un campo conocido"),
        (("valid_from: 2012-01-01", "valid_from: 2012-13-01"), "campo «valid_from»: «2012-13-01» no tiene la forma"),
        (("id: PE-HOURS-MESSAGES", "id: PE-HOURS"), "la regla PE-HOURS está dos veces"),
        (("id: PE-HOURS\n", "id: CO-HOURS\n"), "la regla CO-HOURS debe empezar por «PE-»"),
        (("[America/Lima]", "[America/Macondo]"), "«America/Macondo» no es una zona horaria"),
        (("calendar: PE", "calendar: ZZ"), "no hay calendario ZZ"),
        (("    max: 1\n", "    max: 0\n"), "regla PE-FREQ-DAY, campo «max»: 0 está fuera de lo admitido"),
        (("    per: day\n", ""), "regla PE-FREQ-DAY: falta «per»"),
        (("reviewer: null\n", ""), "pe.yaml: falta «reviewer»"),
        (("pack: PE\n", "pack: [PE\n"), "no es YAML válido"),
        (("pack: PE\n", "pack: CO\n"), "la regla PE-HOURS debe empezar por «CO-»"),
    ],
)
def test_a_wrong_pack_is_refused_with_file_rule_and_field(pack, change: tuple[str, str], said: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        pack(change)
    assert said in refused.value.sentence


def test_a_file_under_another_country_is_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "pe.yaml", tmp_path / "co.yaml")
    with pytest.raises(UnusableInput, match="debe decir CO"):
        load_law(folder=tmp_path)


def test_every_rule_of_every_pack_has_text_citation_and_evidence() -> None:
    for pack in load_law().packs.values():
        for rule in pack.all_rules():
            assert min(len(rule.text), len(rule.cite), len(rule.evidence)) >= 1, rule.id
            assert not rule.text.endswith("."), f"{rule.id}: el punto lo pone quien lo muestra"
        assert pack.reviewer is None, "solo un abogado firma"


def test_every_source_named_as_evidence_is_listed_in_its_pack() -> None:
    for file in sorted(FOLDER.glob("[a-z][a-z].yaml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        overlays = [row for overlay in document.get("overlays", {}).values() for row in overlay["rules"]]
        named = set(re.findall(r"[A-Z]{2}-\d+", " ".join(row["evidence"] for row in document["rules"] + overlays)))
        assert named - {source["id"] for source in document["sources"]} == set(), file.name


def test_a_screen_gets_pack_version_review_and_rules_with_their_citation() -> None:
    document = next(d for d in load_law().describe() if d["pack"] == "BR")
    assert (document["version"], str(document["reviewed_on"]), document["reviewer"]) == (
        "2026.11.0",
        "2026-11-21",
        None,
    )
    hours = next(row for row in document["rules"] if row["id"] == "BR-SP-HOURS")
    assert (hours["subdivision"], hours["severity"], hours["cite"]) == ("SP", "hard", "Lei SP 15.426/2014 art. 2")


def test_a_rule_explains_itself() -> None:
    assert load_law().explain("CO-HOURS") == (
        "De lunes a viernes de 7:00 a 19:00 y sábados de 8:00 a 15:00; domingos y festivos, nunca "
        "(Ley 2300 de 2023 art. 3; norma firme, confianza alta)."
    )
    with pytest.raises(KeyError):
        load_law().explain("CO-NADA")


def test_content_rules_are_there_for_the_linter() -> None:
    rules = {rule.id: rule for rule in load_law().packs["CO"].content_rules}
    asking = rules["CO-NO-REASON"]
    assert (asking.kind, asking.topic, asking.severity) == ("forbidden_content", "ask_default_reason", "hard")
    assert "AR-C-NO-LISTS" not in {rule.id for rule in load_law().packs["AR"].content_rules}
    assert "AR-C-NO-LISTS" in {rule.id for rule in load_law().packs["AR"].content_of("C")}


def test_the_reference_page_lists_every_rule_that_the_gate_weighs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "normas.md").read_text(encoding="utf-8")
    strict = {country: {"strict": "all"} for country in load_law().packs}
    for pack in load_law(overrides=strict).packs.values():
        for rule in pack.all_rules():
            if rule.window or rule.limit or rule.kind.startswith("forbidden_r") or rule.kind == "consent_required":
                assert f"| `{rule.id}` | {rule.text} |" in page, rule.id


def test_where_even_a_doubtful_stop_is_only_the_persons_is_said_by_its_opt_out_rule() -> None:
    law = load_law()
    final = {
        code for code, pack in law.packs.items() for r in pack.rules if r.kind == "opt_out" and r.data.get("final")
    }
    assert final == {"US"}
