"""The ways out when something goes wrong: the next channel follows, providers rest, dead senders are told from living
ones, a person decides about what did not leave, and every message says what it cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from messaging_house import DAWN, TEN, House

from puntual.apps.compliance import write as compliance
from puntual.apps.inbox import write as inbox
from puntual.apps.outreach import (
    facts,
    letters,
    lines,
    prices,
    read_templates,
    read_troubles,
    views_letters,
    write,
    write_bounces,
    write_settings,
)
from puntual.apps.outreach.models import Contact, Dispatcher, Line, Message, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.core.errors import UnusableInput
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.pipeline.leases import Lease
from puntual.ports.channels import ChannelError
from puntual.ports.fakes import RecordingChannel
from puntual.project import messengers

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


def leaves(house, boxes, **more):
    def links(points):
        return {account: f"https://x.example/p/t{account}/" for account in points}

    return dispatch(
        Outside(channel=lambda _creditor, channel: boxes.get(channel), links=links, now=lambda: house.now,
                channels=tuple(boxes), wait=lambda _seconds: None, **more)
    )  # fmt: skip


def out_of_paper(_creditor, _ids, _done):
    raise UnusableInput("No hay papel.")


def with_mail(house):
    row = NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("email", "lucia@example.com"),))
    parties.register_accounts(creditor=house.creditor, rows=[row])


class TestTheNextChannel:
    def test_a_number_without_whatsapp_is_written_to_by_mail_the_same_day(self, house):
        with_mail(house)
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="whatsapp", contact_point_id=_point("phone"))
        whatsapp, mail = (
            RecordingChannel(ChannelError("131026 no tiene", permanent=True, bad_recipient=True)),
            RecordingChannel(),
        )
        leaves(house, {"whatsapp": whatsapp, "email": mail})
        first, second = Outbox.objects.order_by("pk")
        assert (first.state, first.reason) == ("failed", "fell_back")
        assert (second.channel, second.state, second.follows_id) == ("email", "sent", first.pk)
        assert (len(mail.messages), Contact.objects.count()) == (1, 1)
        assert read_troubles.rows(house.creditor.pk).count() == 0

    def test_the_day_run_again_does_not_withdraw_what_follows(self, house):
        with_mail(house)
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="whatsapp", contact_point_id=_point("phone"), scheduled_at=TEN)
        leaves(house, {"whatsapp": RecordingChannel(ChannelError("no", permanent=True))}, only=dict)
        assert Outbox.objects.get().state == "failed"
        row = Outbox.objects.get()
        assert write.follow_by(row=row, channel="email", contact_point_id=_point("email"), now=TEN)
        run_day(creditor=house.creditor, as_of=DAWN)
        assert Outbox.objects.get(channel="email").state == "planned"
        assert not write.follow_by(row=row, channel="email", contact_point_id=_point("email"), now=TEN)

    def test_what_the_provider_took_and_then_could_not_deliver_goes_on_too(self, house):
        with_mail(house)
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="whatsapp", contact_point_id=_point("phone"))
        mail = RecordingChannel()
        leaves(house, {"whatsapp": RecordingChannel(), "email": mail})
        row = Outbox.objects.get()
        facts.record_fact(
            account_id=row.account_id,
            kind="bounced",
            at=TEN,
            key=f"bounced:{row.pk}",
            outbox_id=row.pk,
            detail="131026",
        )
        leaves(house, {"whatsapp": RecordingChannel(), "email": mail})
        assert len(mail.messages) == 1
        assert list(Outbox.objects.order_by("pk").values_list("state", "reason")) == [
            ("failed", "fell_back"), ("sent", "sent"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("permanent", "reason", "alone"),
        [(True, "bounced", "bounced_last"), (False, "bounced_soft", "bounced_soft_last")],
    )
    def test_a_mail_that_came_back_is_followed_by_the_next_channel_or_shown(self, house, permanent, reason, alone):
        with_mail(house)
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="email", contact_point_id=_point("email"))
        mail, whatsapp = RecordingChannel(), RecordingChannel()
        leaves(house, {"email": mail, "whatsapp": whatsapp})
        row = Outbox.objects.get()
        write_bounces.bounced(outbox_id=row.pk, at=TEN, sentence="552 lleno", permanent=permanent)
        row.refresh_from_db()
        assert (row.state, row.reason) == ("failed", reason)
        leaves(house, {"email": mail, "whatsapp": whatsapp})
        leaves(house, {"email": mail, "whatsapp": whatsapp})
        assert (len(mail.messages), len(whatsapp.messages)) == (1, 1)
        second = Outbox.objects.get(channel="whatsapp")
        assert (second.state, second.follows_id) == ("sent", row.pk)
        assert read_troubles.rows(house.creditor.pk).count() == 0
        write_bounces.bounced(outbox_id=second.pk, at=TEN, sentence="552 lleno", permanent=permanent)
        leaves(house, {"email": mail, "whatsapp": whatsapp})
        assert [(one.pk, one.reason) for one in read_troubles.rows(house.creditor.pk)] == [(second.pk, alone)]


def _point(kind):
    from puntual.apps.parties.models import ContactPoint

    return ContactPoint.objects.get(kind=kind).pk


class TestProvidersInTrouble:
    def planned(self, house, n=8):
        rows = [
            NewAccount(f"X-{i}", f"Cliente {i}", debtor="business", country="MX", zone="America/Mexico_City",
                       points=(NewPoint("email", f"c{i}@example.com"),))
            for i in range(n)
        ]  # fmt: skip
        accounts = parties.register_accounts(creditor=house.creditor, rows=rows).accounts
        from puntual.apps.receivables import write as receivables
        from puntual.apps.receivables.write import NewInvoice

        due = DAWN.date() - timedelta(days=4)
        receivables.post_invoices(
            creditor_id=house.creditor.pk, source="test",
            invoices=[NewInvoice(pk, c, c, due, "MXN", 500_00, ((due, 500_00),)) for c, pk in accounts.items()],
        )  # fmt: skip
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.exclude(channel="email").delete()

    def test_after_five_failures_the_others_wait_untouched_and_go_when_it_is_well(self, house):
        self.planned(house)
        down = RecordingChannel(*[ChannelError("no responde", permanent=False) for _ in range(5)])
        leaves(house, {"email": down})
        assert (len(down.messages), Line.objects.get().state) == (0, "open")
        waiting = Outbox.objects.filter(state="planned")
        assert sorted(waiting.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1, 1, 1, 1]
        assert Contact.objects.count() == 0
        house.now = TEN + timedelta(minutes=5)
        well = RecordingChannel()
        assert leaves(house, {"email": well}).sent == 8
        assert Line.objects.get().state == "closed"

    def test_no_more_a_second_than_the_account_takes(self, house):
        self.planned(house)
        lines.set_pace(creditor_id=house.creditor.pk, channel="email", per_second=0.1)
        box = RecordingChannel()
        assert leaves(house, {"email": box}).sent == 1
        house.now += timedelta(seconds=10)
        assert leaves(house, {"email": box}).sent == 1
        assert Outbox.objects.filter(state="planned").count() == 6

    def test_what_the_provider_asks_to_wait_is_waited(self, house):
        self.planned(house, n=2)
        box = RecordingChannel(ChannelError("429", permanent=False, rate_limited=True, retry_after_s=600))
        leaves(house, {"email": box})
        house.now += timedelta(seconds=599)
        assert leaves(house, {"email": box}).sent == 0
        house.now += timedelta(seconds=150)
        assert leaves(house, {"email": box}).sent == 2


class TestDeadAndLivingSenders:
    def test_what_a_living_one_has_in_its_hands_is_its_own(self, house):
        run_day(creditor=house.creditor, as_of=DAWN)
        with Lease() as other:
            Outbox.objects.update(state="handing_over", reserved_by=other.worker, reserved_at=TEN)
            leaves(house, {"whatsapp": RecordingChannel()})
            assert Outbox.objects.get().state == "handing_over"
        leaves(house, {"whatsapp": RecordingChannel()})
        assert (Outbox.objects.get().state, Dispatcher.objects.count()) == ("unknown", 0)

    def test_one_of_another_machine_is_given_its_time(self, house):
        from datetime import UTC, datetime

        run_day(creditor=house.creditor, as_of=DAWN)
        seen = datetime.now(UTC)
        Dispatcher.objects.create(worker="lejos-1", host="otra", started_at=seen, seen_at=seen)
        Outbox.objects.update(state="reserved", reserved_by="lejos-1", reserved_at=TEN)
        assert leaves(house, {"whatsapp": RecordingChannel()}).sent == 0
        Dispatcher.objects.update(seen_at=seen - timedelta(minutes=4))
        assert leaves(house, {"whatsapp": RecordingChannel()}).sent == 1


class TestAPersonDecides:
    def failed(self, house, state="failed"):
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="email", state=state, reason="permanent_failure", detail="550")
        return Outbox.objects.get()

    def test_one_click_sends_again_what_failed(self, house):
        row, box = self.failed(house), RecordingChannel()
        assert write.retry(ids=[row.pk], now=house.now) == 1
        assert leaves(house, {"email": box}).sent == 1
        row.refresh_from_db()
        assert (row.state, row.attempts, Contact.objects.count()) == ("sent", 1, 1)
        assert write.retry(ids=[row.pk], now=house.now) == 0

    def test_the_law_is_looked_at_again_all_the_same(self, house):
        row, box = self.failed(house), RecordingChannel()
        compliance.opt_out(party_id=house.party, channel="*", at=DAWN, source="person", proof="x")
        assert write.retry(ids=[row.pk], now=house.now) == 1
        assert leaves(house, {"email": box}).denied == 1
        row.refresh_from_db()
        assert (row.state, row.reason, box.messages) == ("denied", "opted_out", [])

    def test_what_nobody_knows_is_repeated_only_as_another_message(self, house):
        row = self.failed(house, "unknown")
        assert write.retry(ids=[row.pk, row.pk], now=house.now) == 1
        assert write.retry(ids=[row.pk], now=house.now) == 0
        first, again = Outbox.objects.order_by("pk")
        assert (first.state, first.reason, again.state, again.follows_id) == ("unknown", "resent", "planned", first.pk)

    def test_it_may_be_known_that_it_arrived(self, house):
        row = self.failed(house, "unknown")
        assert write.arrived(ids=[row.pk], now=house.now) == 1
        assert (Outbox.objects.get().state, Outbox.objects.get().reason) == ("sent", "arrived_by_person")


class TestWhatItCost:
    def test_each_message_keeps_its_parts_and_its_price_of_the_day(self, house):
        credentials = {"base_url": "http://k.invalid", "username": "u", "password": "p", "token": "t0k"}
        carrier = inbox.save_account(
            creditor_id=house.creditor.pk, adapter="kannel", address="2020", credentials=credentials, at=DAWN,
            price=Decimal(0),
        )  # fmt: skip
        one = house.creditor.pk
        prices.save_price(creditor_id=one, channel="sms", text="0.0075", currency="USD", at=DAWN)
        prices.save_price(creditor_id=one, channel="sms", text="0.0321", currency="USD", prefix="+52", at=DAWN)
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="sms")
        kannel = messengers.channel_of(carrier, httpx.MockTransport(lambda _: httpx.Response(202, text="0: ok")))
        assert house.dispatch(kannel).sent == 1
        message = Message.objects.get()
        assert (message.units, message.cost_milli, message.cost_currency) == (2, 6_420, "USD")
        prices.save_price(creditor_id=one, channel="sms", text="9", currency="USD", prefix="+52", at=DAWN)
        (spent,) = prices.spent(one, DAWN)
        assert (spent.channel, spent.messages, spent.minor) == ("sms", 1, 6)

    @pytest.mark.parametrize(
        ("text", "currency", "milli"), [("0.0075", "USD", 750), ("0,25", "MXN", 25_000), ("18", "CLP", 18_000)]
    )
    def test_prices_are_read_as_people_write_them(self, text, currency, milli):
        assert prices.to_milli(text, currency) == milli
        assert Decimal(prices.as_major(milli, currency)) == Decimal(text.replace(",", "."))

    @pytest.mark.parametrize("text", ["", "gratis", "-1", "99999999999"])
    def test_what_is_no_price_is_told(self, text):
        with pytest.raises(UnusableInput):
            prices.to_milli(text, "USD")


class TestTwoVersions:
    def test_each_person_always_gets_the_same_one_and_the_record_tells_which(self, house):
        from puntual.apps.outreach import chosen_words
        from puntual.apps.outreach.chosen_words import Asked

        one = house.creditor.pk
        for variant in ("", "B"):
            write_settings.save_template(
                creditor_id=one, name="recordatorio", channel="email", subject="x", text=f"texto {variant}",
                variant=variant, share=30,
            )  # fmt: skip
        own = chosen_words.own_of([one])
        told = [
            chosen_words.choose(Asked(one, "recordatorio", "email", "es", party=party), own).variant
            for party in range(2_000)
        ]
        assert 0.26 < told.count("B") / 2_000 < 0.34
        assert set(told) == {"A", "B"}
        again = chosen_words.choose(Asked(one, "recordatorio", "email", "es", party=7), own).variant
        assert again == told[7]
        assert read_templates.variants_of(one, "recordatorio", "email", "es") == ["B"]

    def test_words_for_a_segment_come_before_those_for_everybody(self, house):
        from puntual.apps.outreach import chosen_words
        from puntual.apps.outreach.chosen_words import Asked

        one = house.creditor.pk
        for segment in ("", "mayoristas"):
            write_settings.save_template(
                creditor_id=one, name="recordatorio", channel="email", subject="x", text=f"para {segment}",
                segment=segment,
            )  # fmt: skip
        own = chosen_words.own_of([one])
        said = chosen_words.choose(Asked(one, "recordatorio", "email", "es", segment="mayoristas"), own)
        assert said.text == "para mayoristas"
        assert chosen_words.choose(Asked(one, "recordatorio", "email", "es", segment="otro"), own).text == "para "
        assert chosen_words.choose(Asked(one, "recordatorio", "email", "pt"), own).own is False


class TestLetters:
    def written(self, house):
        from puntual.apps.parties.models import Account

        row = NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("address", "Calle Uno 1, CDMX"),))
        parties.register_accounts(creditor=house.creditor, rows=[row])
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="letter", contact_point_id=_point("address"))
        assert Account.objects.count() == 1
        box = RecordingChannel()
        assert leaves(house, {"letter": box}).sent == 1
        return Outbox.objects.get(), box

    def test_it_is_written_printed_in_a_batch_and_its_delivery_is_told_by_hand(self, house, settings):
        from puntual.project.letters import print_letters

        row, box = self.written(house)
        assert box.messages[0].recipient == "Calle Uno 1, CDMX"
        assert "Esta carta no es un aviso judicial" in box.messages[0].text
        batch = letters.begin_batch(creditor_id=house.creditor.pk, at=TEN, by=None)
        assert letters.begin_batch(creditor_id=house.creditor.pk, at=TEN, by=None) is None
        heard = []
        file = print_letters(house.creditor, letters.ids_of(batch), heard.append)
        assert (settings.DATA / file).read_bytes().startswith(b"%PDF-")
        assert heard == [1]
        letters.finished(pk=batch.pk, file=file)
        batch.refresh_from_db()
        assert (batch.state, batch.file, batch.letters) == ("ready", file, 1)
        assert letters.to_print(house.creditor.pk) == []
        day = TEN.date()
        letters.told(
            outbox=row, registered="MN123", posted_at=TEN, delivered_on=day, returned_on=None, note="Lucía", at=TEN
        )
        row.refresh_from_db()
        assert letters.note_of(row.letter) == "Lucía"
        assert b"Luc" not in bytes(row.letter.sealed_note)
        assert (row.letter.registered, row.letter.delivered_on, row.facts.filter(kind="delivered").count()) == (
            "MN123", day, 1,
        )  # fmt: skip

    def test_a_batch_that_was_interrupted_is_seen_and_begins_again_with_the_same_letters(self, house, settings):
        row, _box = self.written(house)
        batch = letters.begin_batch(creditor_id=house.creditor.pk, at=TEN, by=None)
        assert letters.resume_batch(creditor_id=house.creditor.pk, pk=batch.pk, at=TEN) is None
        later = TEN + timedelta(minutes=3)
        assert letters.silent(batch, later)
        again = letters.resume_batch(creditor_id=house.creditor.pk, pk=batch.pk, at=later)
        assert (again.pk, letters.ids_of(again)) == (batch.pk, [row.pk])
        settings.LETTER_PRINTER = "test_ways_out.out_of_paper"
        views_letters._write(again, house.creditor)
        again.refresh_from_db()
        assert (again.state, again.error) == ("failed", "No hay papel.")
        assert letters.resume_batch(creditor_id=house.creditor.pk, pk=batch.pk, at=later).state == "making"
