"""The desk's memory: the queue of the day, who holds whom, how each conversation went and what it came to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puntual.apps.workbench.choices import STANDS, CallBackState, DialBy, RowState, ScriptState
from puntual.core.workbench.availability import TOLD

_USER = settings.AUTH_USER_MODEL


class QueueRow(models.Model):
    """One party of one creditor in the queue. Rebuilt whole from frames; `desk` is an agent, or 0 for the common one.

    Taking the next is one walk of `queue_next`: creditor and desk, group, place; nothing else is looked at.
    """

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    # Keys just read, a quarter of a million a night: no constraint and no index of their own.
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+", db_constraint=False)
    account = models.ForeignKey(
        "parties.Account", on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    desk = models.BigIntegerField(default=0)
    because = models.CharField(max_length=10, blank=True)
    grp = models.SmallIntegerField()
    place = models.IntegerField()
    value_minor = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    days_past_due = models.IntegerField()
    stage = models.CharField(max_length=14)
    segment = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, blank=True)
    skill = models.CharField(max_length=20, blank=True)
    pays_anyway = models.FloatField(null=True)
    reason = models.CharField(max_length=24)
    sentence = models.CharField(max_length=200)
    rule = models.CharField(max_length=40, null=True)
    state = models.CharField(max_length=8, choices=RowState, default=RowState.WAITING)
    not_before = models.DateTimeField(null=True)
    fruitless = models.SmallIntegerField(default=0)
    touched_at = models.DateTimeField(null=True)
    built_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "party"], name="queue_party_once")]
        indexes = [
            models.Index(
                fields=["creditor", "desk", "grp", "place"], name="queue_next", condition=Q(state="waiting", grp__lt=3)
            ),
            models.Index(fields=["creditor", "grp", "place"], name="queue_shown"),
            models.Index(fields=["not_before"], name="queue_later", condition=Q(state="later")),
        ]


class DeskLock(models.Model):
    """Who holds a person now: one row per person over every creditor, and one per agent. It expires by itself."""

    party = models.OneToOneField("parties.Party", on_delete=models.CASCADE, primary_key=True, related_name="+")
    agent = models.OneToOneField(_USER, on_delete=models.CASCADE, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    handling = models.ForeignKey("Handling", on_delete=models.CASCADE, related_name="+", db_index=False)
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


class Handling(models.Model):
    """One person attended by one agent, from taken to finished, with how long each part took: a fact of supervision."""

    agent = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="+", db_index=False)
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    grp = models.SmallIntegerField(default=0)
    taken_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    #: The code of the result, or released, expired, handed_over.
    outcome = models.CharField(max_length=16, blank=True)
    wait_s = models.IntegerField(null=True)
    handling_s = models.IntegerField(null=True)
    wrap_up_s = models.IntegerField(null=True)
    #: The call that the caps counted.
    contact = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["agent", "closed_at"], name="handling_agent"),
            models.Index(fields=["creditor", "taken_at"], name="handling_creditor"),
            models.Index(fields=["account", "taken_at"], name="handling_account"),
        ]


class Act(models.Model):
    """What an agent noted: a result, a note, a promise... `was` is what undoing puts back. Marked, never erased."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+")
    handling = models.ForeignKey(Handling, on_delete=models.SET_NULL, null=True, related_name="acts")
    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=16, blank=True)
    sealed_text = models.BinaryField(null=True)
    was = models.JSONField(default=dict)
    key = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agent", "-at"], name="act_agent")]


class CallBack(models.Model):
    """Somebody asked to be called at an hour, or by another person. It stays with whoever noted it."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(_("cuándo"))
    note = models.CharField(_("nota"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=CallBackState, default=CallBackState.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["creditor", "owner", "at"], name="call_back_due", condition=Q(state="open")),
        ]


class Script(models.Model):
    """A script of a creditor; its words live in versions. Empty scope fields fit anything."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("nombre"), max_length=80)
    created_at = models.DateTimeField()


class ScriptVersion(models.Model):
    """The tree of a script, as `core.workbench.script` reads it. Only a draft changes; what was active is kept."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    state = models.CharField(max_length=8, choices=ScriptState, default=ScriptState.DRAFT)
    by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    active_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="script_version_once"),
            models.UniqueConstraint(fields=["script"], condition=Q(state="active"), name="script_one_active"),
        ]


class ScriptUse(models.Model):
    """A branch that an agent opened in a conversation."""

    version = models.ForeignKey(ScriptVersion, on_delete=models.CASCADE, related_name="uses")
    handling = models.ForeignKey(Handling, on_delete=models.CASCADE, related_name="+", db_index=False)
    node = models.CharField(max_length=30)
    at = models.DateTimeField()


class AgentProfile(models.Model):
    """What an agent can take on. Lists empty: anything."""

    user = models.OneToOneField(_USER, on_delete=models.CASCADE, related_name="+")
    skills = models.JSONField(_("destrezas"), default=list)
    languages = models.JSONField(_("idiomas"), default=list)
    segments = models.JSONField(_("segmentos"), default=list)
    minutes = models.PositiveSmallIntegerField(_("minutos al día"), default=360)
    on_duty = models.BooleanField(_("de turno"), default=True)
    dial_by = models.CharField(_("llama con"), max_length=4, choices=DialBy, default=DialBy.TEL)
    sip_domain = models.CharField(_("servidor SIP"), max_length=120, blank=True)


class Presence(models.Model):
    """What somebody said of themselves and for how long: available, on a break, in training... One is open at most."""

    agent = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=[(state, STANDS[state]) for state in TOLD])
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: Who said it, when it was not the person.
    by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(ended_at=None), name="presence_one_open"),
        ]
        indexes = [models.Index(fields=["agent", "began_at"], name="presence_agent")]


class NamedAgent(models.Model):
    """A party that one agent attends by name (VIP)."""

    party = models.OneToOneField("parties.Party", on_delete=models.CASCADE, primary_key=True, related_name="+")
    agent = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="+")
    because = models.CharField(_("motivo"), max_length=120, blank=True)


class Goal(models.Model):
    """What an agent of a creditor is rewarded for in a month. Never contacts: see core.workbench.goals."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    metric = models.CharField(_("meta"), max_length=24)
    target = models.DecimalField(_("por alcanzar"), max_digits=18, decimal_places=2)
    points = models.PositiveIntegerField(_("puntos"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "metric"], name="goal_once")]


class DeskSettings(models.Model):
    """How a creditor's desk works."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, primary_key=True, related_name="+")
    hold_s = models.PositiveIntegerField(_("segundos que dura una cuenta tomada sin señal"), default=300)
    undo_minutes = models.PositiveSmallIntegerField(_("minutos para deshacer"), default=15)
    tone = models.CharField(_("tono"), max_length=10, default="amable")
    #: When the queue was last built, and how many people each group had then.
    built_at = models.DateTimeField(null=True)
    built = models.JSONField(default=dict)
