"""Addresses of Reportes."""

from __future__ import annotations

from django.urls import path

from puntual.apps.reports import views, views_actions, views_settings

app_name = "reports"
urlpatterns = [
    path("reportes/", views.summary, name="summary"),
    path("reportes/tablero/", views.board, name="board"),
    path("reportes/metas/", views_settings.settings, name="settings"),
    path("reportes/metas/programar/", views_settings.schedule, name="schedule"),
    path("reportes/metas/programar/<int:pk>/quitar/", views_settings.unschedule, name="unschedule"),
    path("reportes/acciones/", views_actions.add, name="action_add"),
    path("reportes/acciones/<int:pk>/terminar/", views_actions.close, name="action_close"),
    path("reportes/indicador/<slug:code>/", views.indicator, name="indicator"),
    path("reportes/indicador/<slug:code>/filas.<slug:form>", views.indicator_rows, name="indicator_rows"),
    path("reportes/filas/<slug:what>/", views.lines, name="rows"),
    path("reportes/filas/<slug:what>/archivo.<slug:form>", views.lines_file, name="rows_file"),
    path("reportes/<slug:kind>/", views.report, name="report"),
    path("reportes/<slug:kind>/grafica/<int:number>.svg", views.chart, name="chart"),
    path("reportes/<slug:kind>/descargar/<slug:form>/", views.download, name="download"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "summary": "reports.see",
    "board": "reports.see",
    "settings": ("reports.see", "reports.change"),
    "schedule": "reports.change",
    "unschedule": "reports.change",
    "action_add": "reports.change",
    "action_close": "reports.change",
    "indicator": "reports.see",
    "indicator_rows": "reports.export",
    "rows": "reports.see",
    "rows_file": "reports.export",
    "report": "reports.see",
    "download": "reports.export",
    "chart": "reports.export",
}
