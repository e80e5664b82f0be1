"""How each charge was reached: the arithmetic that the customer may ask for, and until which day interest was
decided."""

from __future__ import annotations

from django.db import models


class ChargeRecord(models.Model):
    """The proof of one interest or fee entry: what was charged, the legal maximum beside it, the formula and the
    rule. Only added, never changed."""

    event = models.OneToOneField("receivables.Event", on_delete=models.PROTECT, primary_key=True, related_name="proof")
    due_item = models.ForeignKey("receivables.DueItem", on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=16)
    first_on = models.DateField(null=True)
    last_on = models.DateField()
    capital_minor = models.BigIntegerField()
    charged_minor = models.BigIntegerField()
    #: Empty: the norm sets none, or its published value is not known.
    legal_maximum_minor = models.BigIntegerField(null=True)
    formula = models.CharField(max_length=600)
    rule = models.CharField(max_length=60)
    cite = models.CharField(max_length=300, blank=True)


class AccrualMark(models.Model):
    """Until which day the interest of a due item was decided, also when it was zero: days in dispute are never charged
    afterwards."""

    due_item = models.OneToOneField(
        "receivables.DueItem", on_delete=models.CASCADE, primary_key=True, related_name="accrual"
    )
    through = models.DateField()
