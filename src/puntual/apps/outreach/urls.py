"""Addresses of Envíos programados."""

from __future__ import annotations

from django.urls import path

from puntual.apps.outreach import views, views_documents, views_letters, views_prepared, views_troubles

app_name = "outreach"
urlpatterns = [
    path("envios/", views.scheduled, name="scheduled"),
    path("envios/acciones/", views.act, name="act"),
    path("envios/deshacer/", views.undo, name="undo"),
    path("envios/no-salieron/", views_troubles.troubles, name="troubles"),
    path("envios/no-salieron/reintentar/", views_troubles.retry, name="retry"),
    path("envios/no-salieron/<slug:channel>/probar/", views_troubles.mended, name="mended"),
    path("envios/cartas/", views_letters.letters, name="letters"),
    path("envios/cartas/imprimir/", views_letters.make_batch, name="print_letters"),
    path("envios/cartas/lote/<int:pk>/", views_letters.batch_progress, name="letter_progress"),
    path("envios/cartas/lote/<int:pk>/cartas.pdf", views_letters.batch_file, name="letter_batch"),
    path("envios/cartas/<int:pk>/", views_letters.letter, name="letter"),
    path("envios/carga/<int:run>/", views_documents.send_loaded, name="send_loaded"),
    path("envios/factura/<int:invoice>/", views_documents.send_invoice, name="send_invoice"),
    path("envios/<int:pk>/", views.message, name="message"),
    path("envios/<int:pk>/abrir/", views_prepared.open_prepared, name="open_prepared"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "scheduled": "sends.see",
    "act": "sends.approve",
    "undo": "sends.approve",
    "message": "sends.see",
    "troubles": "sends.see",
    "retry": "sends.approve",
    "letters": "sends.see",
    "print_letters": "sends.change",
    "letter_batch": "sends.see",
    "letter_progress": "sends.see",
    "letter": ("sends.see", "sends.change"),
    "send_loaded": "sends.approve",
    "send_invoice": "sends.approve",
    "mended": "sends.approve",
    "open_prepared": "sends.open",
}
