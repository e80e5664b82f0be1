"""Addresses of Conversaciones."""

from __future__ import annotations

from django.urls import path

from puntual.apps.inbox import views, views_thread

app_name = "inbox"
urlpatterns = [
    path("conversaciones/", views.conversations, name="conversations"),
    path("conversaciones/varias/", views.bulk_preview, name="bulk_preview"),
    path("conversaciones/varias/hacer/", views.bulk_apply, name="bulk_apply"),
    path("conversaciones/deshacer/", views.undo, name="undo"),
    path("conversaciones/<int:pk>/", views_thread.thread, name="thread"),
    path("conversaciones/<int:pk>/responder/", views_thread.reply, name="reply"),
    path("conversaciones/<int:pk>/cambiar/", views_thread.change, name="change"),
    path("conversaciones/<int:pk>/de-quien/", views_thread.whose, name="whose"),
    path("conversaciones/<int:pk>/propuesta/<int:proposal>/", views_thread.decide, name="decide"),
    path("conversaciones/<int:pk>/propuesta/<int:proposal>/leida-mal/", views_thread.misread, name="misread"),
    path("conversaciones/<int:pk>/mensaje/<int:outbox>/deshacer/", views_thread.take_back, name="take_back"),
    path("conversaciones/<int:pk>/mensaje/<int:outbox>/aprobar/", views_thread.let_go, name="let_go"),
    path("conversaciones/<int:pk>/nota/<int:note>/quitar/", views_thread.remove_note, name="remove_note"),
    path("conversaciones/<int:pk>/archivo/<int:file>/", views_thread.file, name="file"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "conversations": "conversations.see",
    "bulk_preview": "conversations.answer",
    "bulk_apply": "conversations.answer",
    "undo": "conversations.answer",
    "thread": "conversations.see",
    "reply": "conversations.answer",
    "change": "conversations.answer",
    "whose": "conversations.answer",
    "decide": "conversations.answer",
    "misread": "consents.declare",
    "take_back": "conversations.answer",
    "let_go": "sends.approve",
    "remove_note": "conversations.answer",
    "file": "conversations.see",
}
