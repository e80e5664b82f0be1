"""What is likely of each open item and account, what was learnt, and what was tried: scores, models, rules,
experiments.

Scores are a projection: each night's are written beside the last ones and shown when they are whole (`current`).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.segments.choices import ExperimentKind, ModelState


class RuleSet(models.Model):
    """A version of a company's rules of segments; the highest number is in force."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "number"], name="segment_rules_number")]


class LearntModel(models.Model):
    """What was learnt from a company's payments on one day, as text, with the card that says how good it is."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    cut = models.DateField()
    learnt_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ModelState)
    why = models.CharField(max_length=200)
    learner = models.CharField(max_length=20)
    text = models.BinaryField()
    card = models.JSONField(default=dict)
    #: The figures of its examination out of time, with the plain lines beside it; empty with little history.
    measured = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor"], name="one_champion", condition=models.Q(state=ModelState.CHAMPION)
            )
        ]


class Scoring(models.Model):
    """One scoring of a company's open portfolio: the current one is what everybody reads."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(LearntModel, on_delete=models.SET_NULL, null=True, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    current = models.BooleanField(default=False)
    #: Which line speaks: model, shrinkage (poca historia) or naive (the model lost to it lately).
    line = models.CharField(max_length=10)
    short_history = models.BooleanField(default=False)
    items = models.IntegerField(default=0)
    accounts = models.IntegerField(default=0)
    seconds = models.FloatField(default=0)
    #: [[feature, index of change since training], ...], the largest first.
    drift = models.JSONField(default=list)
    #: The portfolio's own sums of that morning, which an account's page needs to tell its reasons.
    portfolio = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor"], name="one_current_scoring", condition=models.Q(current=True))
        ]


class ItemScore(models.Model):
    """What is likely of one open due item. Narrow on purpose: there may be a million a night."""

    scoring = models.ForeignKey(
        Scoring, on_delete=models.CASCADE, related_name="items_scored", db_index=False, db_constraint=False
    )
    due_item_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    p_late = models.FloatField()
    p_paid_7 = models.FloatField()
    p_paid_14 = models.FloatField()
    p_paid_30 = models.FloatField()
    self_cure = models.FloatField()
    expected_on = models.DateField()
    earliest_on = models.DateField()
    latest_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["scoring", "account_id"], name="item_score_account")]


class AccountScore(models.Model):
    """What is likely of one account with something open, the cell of the portfolio that it is in, and why."""

    scoring = models.ForeignKey(
        Scoring, on_delete=models.CASCADE, related_name="accounts_scored", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        "parties.Account", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    party_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    items = models.IntegerField()
    #: Weighted by amount over its open items.
    p_paid_30 = models.FloatField()
    self_cure = models.FloatField()
    #: The highest of what is not due yet; null if everything is.
    p_late = models.FloatField(null=True)
    expected_on = models.DateField()
    n_paid = models.IntegerField()
    late_usual = models.FloatField()
    delay_usual = models.FloatField()
    #: Amount that nobody would pay in 30 days without help: what is at stake.
    at_stake_minor = models.BigIntegerField()
    segment = models.CharField(max_length=40)
    segment_rule = models.SmallIntegerField()
    historia = models.CharField(max_length=40)
    situacion = models.CharField(max_length=40)
    capacidad = models.CharField(max_length=40)
    disposicion = models.CharField(max_length=40)
    cause = models.CharField(max_length=20)
    cause_confidence = models.FloatField()
    #: Sentences, one a line.
    cause_signals = models.TextField(blank=True)
    #: From 0 to 100: how the relation with this customer is, and why it is not better.
    health = models.SmallIntegerField(null=True)
    health_why = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["scoring", "account"], name="account_score_account"),
            models.Index(fields=["scoring", "segment", "-at_stake_minor"], name="account_score_segment"),
        ]


class Reason(models.Model):
    """Why an item's prediction says what it says, for those with most money at risk; the rest are told when asked."""

    scoring = models.ForeignKey(Scoring, on_delete=models.CASCADE, related_name="reasons", db_index=False)
    due_item_id = models.BigIntegerField()
    told = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scoring", "due_item_id"], name="reason_once")]


class SegmentDay(models.Model):
    """How many accounts, and how much, each segment held on a day."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    segment = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    accounts = models.IntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "day", "segment", "currency"], name="segment_day_once")
        ]


class SegmentChange(models.Model):
    """An account went from a segment to another (empty: it had nothing open)."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account_id = models.BigIntegerField()
    day = models.DateField()
    origin = models.CharField(max_length=40, blank=True)
    destination = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "day"], name="segment_change_day")]


class Watched(models.Model):
    """A prediction kept to be judged: what the model and the plain line said, and what came. A sample, once a week."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    due_item_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    said_on = models.DateField()
    p_model = models.FloatField()
    p_naive = models.FloatField()
    judged_on = models.DateField(null=True)
    paid = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "said_on", "due_item_id"], name="watched_once_a_day")
        ]
        indexes = [models.Index(fields=["creditor", "judged_on"], name="watched_judged")]


class WorkRow(models.Model):
    """One account of the day's list: its group, what to do, what it is worth and why. Of the last run only."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(
        "parties.Account", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    day = models.DateField()
    #: at_risk, low_hanging or wait
    group = models.CharField(max_length=12)
    channel = models.CharField(max_length=10, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    value_minor = models.BigIntegerField()
    pays_alone = models.FloatField()
    reason = models.CharField(max_length=24)

    class Meta:
        indexes = [
            models.Index(fields=["creditor", "group", "-value_minor", "account"], name="work_row_group"),
            models.Index(fields=["account"], name="work_row_account"),
        ]


class Resources(models.Model):
    """What there is to spend on a day. Empty: without limit."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, primary_key=True, related_name="+")
    minutes = models.PositiveIntegerField(_("minutos de asesor al día"), null=True, blank=True)
    lines = models.PositiveIntegerField(_("líneas de teléfono"), null=True, blank=True)
    budget_minor = models.BigIntegerField(_("presupuesto del día"), null=True, blank=True)
    approvals = models.PositiveIntegerField(_("revisiones que caben en un día"), null=True, blank=True)
    #: channel -> how many contacts at most
    channel_counts = models.JSONField(default=dict)


class Economics(models.Model):
    """What a contact by a channel takes and does, as the company or an experiment of its own says it."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10)
    minutes = models.FloatField()
    reach = models.FloatField()
    lift = models.FloatField()
    harm_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "channel"], name="economics_once")]


class Experiment(models.Model):
    """Two groups drawn by chance, with a fixed start and end and one figure that decides."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("nombre"), max_length=80)
    kind = models.CharField(_("qué se compara"), max_length=10, choices=ExperimentKind)
    #: The policy that the treated follow; null for a hold-out.
    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, null=True, related_name="+")
    #: Share of customers in the control group, in hundredths.
    control_pct = models.PositiveSmallIntegerField(_("parte sin el cambio"))
    salt = models.CharField(max_length=40, unique=True)
    starts_on = models.DateField(_("empieza"))
    ends_on = models.DateField(_("termina"))
    currency = models.CharField(max_length=3)
    #: What was told before the start: customers, base, smallest effect that can be proved.
    told_before = models.JSONField(default=dict)
    stopped_on = models.DateField(null=True)
    verdict = models.CharField(max_length=12, blank=True)
    #: The last figures: effect, interval, harms, sentence.
    result = models.JSONField(default=dict)
    judged_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")


class Assigned(models.Model):
    """The group of a customer in an experiment, from when on, and what was expected of it at that moment."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="assigned", db_index=False)
    party_id = models.BigIntegerField()
    treated = models.BooleanField()
    since = models.DateField()
    forecast_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["experiment", "party_id"], name="assigned_once")]
