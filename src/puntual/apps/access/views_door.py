"""The door: user and password, passkey or the company's provider; too many wrong tries lock it for a while."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from axes.decorators import axes_dispatch, axes_form_invalid
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from puntual.apps.access import read

TOO_MANY = 429


class Door(account.LoginView):  # type: ignore[misc]
    """allauth's, counted by axes."""

    template_name = "registration/login.html"

    @method_decorator(axes_dispatch)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """While nobody has an account, the door leads to making the first one."""
        if not read.anybody():
            return redirect("welcome:account")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form_kwargs(self) -> dict[str, Any]:
        """The page says `username`, as every password keeper expects; allauth calls it `login`."""
        told: dict[str, Any] = super().get_form_kwargs()
        if "data" in told:
            told["data"] = {**told["data"].dict(), "login": told["data"].get("username", "")}
        return told

    def form_invalid(self, form: Any) -> HttpResponse:
        return axes_form_invalid(type(self)._invalid)(self, form)  # type: ignore[no-any-return]

    def _invalid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_invalid(form)
        return answer


enter = Door.as_view()


class ChangePassword(account.PasswordChangeView):  # type: ignore[misc]
    """One's own password; the other sessions end."""

    success_url = reverse_lazy("ui:preferences")


change_password = ChangePassword.as_view()


def locked(request: HttpRequest, credentials: Any = None, *more: Any) -> HttpResponse:
    """Too many wrong tries: what happened, for how long, and whom to ask."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {"minutes": minutes, "tries": settings.AXES_FAILURE_LIMIT}
    return render(request, "access/locked.html", context, status=TOO_MANY)
