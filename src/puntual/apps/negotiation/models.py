"""What was promised, agreed and contested. States change only by the tables of core.negotiation; every change is a
row.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.negotiation.choices import (
    ComplaintState,
    DealKind,
    DealState,
    DisputeCause,
    DisputeState,
    IncentiveKind,
    IncentiveState,
    PromiseState,
    RootCause,
    Source,
)


class Said(models.Model):
    """What promises, deals, disputes and complaints share. `key`: the same form sent twice is one."""

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(_("origen"), max_length=8, choices=Source)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class Promise(Said):
    """Somebody said how much and when. Dates are the creditor's."""

    amount_minor = models.BigIntegerField(_("importe"))
    currency = models.CharField(max_length=3)
    made_on = models.DateField(_("hecha el"))
    promised_on = models.DateField(_("para el"))
    state = models.CharField(_("estado"), max_length=10, choices=PromiseState, default=PromiseState.OPEN)
    reason = models.CharField(max_length=40, default="promise_open")
    paid_minor = models.BigIntegerField(_("pagado"), default=0)
    #: What had come in that day before it was made.
    before_minor = models.BigIntegerField(default=0)
    closed_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["creditor", "state", "promised_on"], name="promise_state_day"),
            models.Index(fields=["account", "state"], name="promise_account"),
        ]


class Deal(Said):
    """An agreement in instalments or a settlement: its debt, what is forgiven, who granted it, how it was accepted."""

    kind = models.CharField(_("clase"), max_length=10, choices=DealKind)
    currency = models.CharField(max_length=3)
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    waived_principal_minor = models.BigIntegerField(default=0)
    waived_interest_minor = models.BigIntegerField(default=0)
    waived_fee_minor = models.BigIntegerField(default=0)
    state = models.CharField(_("estado"), max_length=10, choices=DealState)
    reason = models.CharField(max_length=40, blank=True)
    needs_role = models.CharField(_("lo aprueba"), max_length=30, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    offered_on = models.DateField()
    expires_on = models.DateField()
    accepted_on = models.DateField(null=True)
    #: What had come in on that day before it was accepted.
    before_minor = models.BigIntegerField(default=0)
    #: How it was accepted: instant, address, device, digest of the text shown. Never the text's personal data.
    evidence = models.JSONField(default=dict)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    closed_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["creditor", "state"], name="deal_state"),
            models.Index(fields=["account", "state"], name="deal_account"),
        ]


class Instalment(models.Model):
    """One payment of a deal. Its state is told by the money received, never stored."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("vence"))
    debt_minor = models.BigIntegerField()
    finance_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="instalment_once")]
        ordering = ["deal_id", "number"]


class GivenIncentive(Said):
    """An incentive as it was offered: pay this by that day and this is given up. Void when what it hangs on is
    broken.
    """

    kind = models.CharField(_("clase"), max_length=20, choices=IncentiveKind)
    pct = models.DecimalField(max_digits=9, decimal_places=6)
    through = models.DateField(_("hasta"))
    offered_on = models.DateField()
    currency = models.CharField(max_length=3)
    pay_minor = models.BigIntegerField(_("paga"))
    waived_principal_minor = models.BigIntegerField(default=0)
    waived_interest_minor = models.BigIntegerField(default=0)
    waived_fee_minor = models.BigIntegerField(default=0)
    promise = models.ForeignKey(Promise, on_delete=models.SET_NULL, null=True, related_name="incentives")
    state = models.CharField(_("estado"), max_length=10, choices=IncentiveState, default=IncentiveState.OFFERED)
    #: The event of the books that gave it, while it stands.
    booked_event = models.BigIntegerField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "state", "through"], name="incentive_state_day")]


class Cover(models.Model):
    """A due item that a promise, a deal or an incentive covers, and what was open of it then."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, null=True, related_name="covers")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, null=True, related_name="covers")
    incentive = models.ForeignKey(GivenIncentive, on_delete=models.CASCADE, null=True, related_name="covers")
    due_item = models.ForeignKey("receivables.DueItem", on_delete=models.PROTECT, related_name="+")
    open_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(promise__isnull=True, deal__isnull=False, incentive__isnull=True)
                | models.Q(promise__isnull=False, deal__isnull=True, incentive__isnull=True)
                | models.Q(promise__isnull=True, deal__isnull=True, incentive__isnull=False),
                name="cover_of_one",
            )
        ]


class Answered(Said):
    """Who answers for it by name, if anybody; and what was found inside the company: the cause, what it cost in money,
    by whom and when."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    root_cause = models.CharField(_("causa en la empresa"), max_length=12, choices=RootCause, blank=True)
    #: What mending it cost, beyond what was credited: freight, hours, goods. In the creditor's currency.
    cost_minor = models.BigIntegerField(_("costo"), default=0)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    found_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Dispute(Answered):
    """A disputed amount of a due item, with its owner and its deadline. The words are sealed under the person's key."""

    due_item = models.ForeignKey("receivables.DueItem", on_delete=models.PROTECT, related_name="+")
    disputed_minor = models.BigIntegerField(_("importe en aclaración"))
    currency = models.CharField(max_length=3)
    cause = models.CharField(_("motivo"), max_length=20, choices=DisputeCause)
    department = models.CharField(_("responsable"), max_length=40)
    opened_on = models.DateField()
    deadline_on = models.DateField(_("responder antes de"))
    state = models.CharField(_("estado"), max_length=16, choices=DisputeState, default=DisputeState.OPEN)
    credited_minor = models.BigIntegerField(_("acreditado"), default=0)
    sealed_text = models.BinaryField(null=True)
    sealed_outcome = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "state", "deadline_on"], name="dispute_state_day")]


class Complaint(Answered):
    """A complaint about how we behave, not about what is owed. Automation stops until it is answered: for the document
    that it is about, or for the whole account where it is about none."""

    due_item = models.ForeignKey("receivables.DueItem", on_delete=models.PROTECT, null=True, related_name="+")
    #: Whether it was right, and about whom: one that was takes the month's incentive away.
    founded = models.BooleanField(_("con razón"), null=True)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    department = models.CharField(_("responsable"), max_length=40)
    opened_on = models.DateField()
    deadline_on = models.DateField(_("responder antes de"))
    state = models.CharField(_("estado"), max_length=10, choices=ComplaintState, default=ComplaintState.RECEIVED)
    sealed_text = models.BinaryField(null=True)
    sealed_answer = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "state", "deadline_on"], name="complaint_state_day")]


class HandOver(models.Model):
    """A dispute or a complaint passed on to another area or person, and whether they have seen it. The deadline that
    the customer was given stays. The reason is sealed under the person's key."""

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, null=True, related_name="hand_overs")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, null=True, related_name="hand_overs")
    was = models.CharField(max_length=40)
    department = models.CharField(_("área"), max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    sealed_reason = models.BinaryField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(dispute__isnull=True, complaint__isnull=False)
                | models.Q(dispute__isnull=False, complaint__isnull=True),
                name="hand_over_of_one",
            )
        ]
        indexes = [
            models.Index(fields=["creditor", "at"], name="hand_over_news", condition=models.Q(seen_at=None)),
        ]


class Step(models.Model):
    """One change of state: when, from what to what, by which event, why, and the figures it was judged by."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, null=True, related_name="steps")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, null=True, related_name="steps")
    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, null=True, related_name="steps")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, null=True, related_name="steps")
    incentive = models.ForeignKey(GivenIncentive, on_delete=models.CASCADE, null=True, related_name="steps")
    at = models.DateTimeField()
    event = models.CharField(max_length=24)
    was = models.CharField(max_length=16)
    now = models.CharField(max_length=16)
    reason = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    figures = models.JSONField(default=dict)


class SaidFile(models.Model):
    """Evidence that somebody of the company added to a dispute or a complaint, sealed under the person's key."""

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, null=True, related_name="files")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, null=True, related_name="files")
    sealed = models.BinaryField(null=True)
    kind = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(dispute__isnull=True, complaint__isnull=False)
                | models.Q(dispute__isnull=False, complaint__isnull=True),
                name="file_of_one",
            )
        ]
