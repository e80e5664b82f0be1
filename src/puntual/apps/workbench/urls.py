"""Addresses of Gestión, its scripts and Reparto."""

from __future__ import annotations

from django.urls import path

from puntual.apps.workbench import views, views_acts, views_assign, views_desk, views_scripts

app_name = "workbench"
urlpatterns = [
    path("gestion/", views.queue, name="queue"),
    path("gestion/armar/", views.build, name="build"),
    path("gestion/tomar/", views.take_next, name="take_next"),
    path("gestion/estado/", views.stand, name="stand"),
    path("gestion/latido/", views.beat, name="beat"),
    path("gestion/deshacer/", views_acts.undo, name="undo"),
    path("gestion/<int:pk>/", views_desk.desk, name="desk"),
    path("gestion/<int:pk>/documentos/", views_desk.items, name="items"),
    path("gestion/<int:pk>/historia/", views_desk.history, name="history"),
    path("gestion/<int:pk>/guion/", views_desk.speak, name="speak"),
    path("gestion/<int:pk>/cotizar/", views_desk.quote, name="quote"),
    path("gestion/<int:pk>/tomar/", views_acts.take, name="take"),
    path("gestion/<int:pk>/soltar/", views_acts.let_go, name="let_go"),
    path("gestion/<int:pk>/llamar/", views_acts.call, name="call"),
    path("gestion/<int:pk>/colgar/", views_acts.hang_up, name="hang_up"),
    path("gestion/<int:pk>/resultado/", views_acts.result, name="result"),
    path("gestion/<int:pk>/promesa/", views_acts.promise, name="promise"),
    path("gestion/<int:pk>/convenio/", views_acts.agreement, name="agreement"),
    path("gestion/<int:pk>/aclaracion/", views_acts.dispute, name="dispute"),
    path("gestion/<int:pk>/volver/", views_acts.call_back, name="call_back"),
    path("gestion/<int:pk>/nota/", views_acts.note, name="note"),
    path("gestion/<int:pk>/pasar/", views_acts.transfer, name="transfer"),
    path("gestion/guiones/", views_scripts.scripts, name="scripts"),
    path("gestion/guiones/<int:pk>/borrador/", views_scripts.draft, name="draft"),
    path("gestion/guiones/version/<int:pk>/", views_scripts.version, name="version"),
    path("gestion/guiones/version/<int:pk>/paso/", views_scripts.step, name="step"),
    path("gestion/guiones/version/<int:pk>/alcance/", views_scripts.reach, name="reach"),
    path("gestion/guiones/version/<int:pk>/activar/", views_scripts.activate, name="activate"),
    path("gestion/reparto/", views_assign.assignment, name="assignment"),
    path("gestion/reparto/repartir/", views_assign.deal, name="deal"),
    path("gestion/reparto/persona/<int:pk>/", views_assign.profile, name="profile"),
    path("gestion/reparto/metas/", views_assign.goals, name="goals"),
    path("gestion/reparto/nombre/", views_assign.named, name="named"),
]

_USE, _LEAD = "workbench.use", ("supervision.see", "supervision.act")
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    **dict.fromkeys(
        ("queue", "build", "take_next", "stand", "beat", "undo", "desk", "items", "history", "speak", "quote",
         "take", "let_go", "call", "hang_up", "result", "note", "transfer", "call_back"),
        _USE,
    ),
    **dict.fromkeys(("promise", "agreement"), (_USE, "deals.propose")),
    "dispute": (_USE, "disputes.work"),
    "scripts": _USE,
    "version": _USE,
    **dict.fromkeys(("draft", "step", "reach", "activate"), _LEAD),
    **dict.fromkeys(("assignment", "deal", "profile", "goals", "named"), _LEAD),
}  # fmt: skip
