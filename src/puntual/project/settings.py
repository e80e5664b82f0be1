"""Every knob of the installation, read once from the environment with a typed reader. Secrets may come by `..._FILE`.

The embedded default needs nothing: SQLite and files in one data folder. PostgreSQL is a DATABASE_URL away.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlparse

from puntual.project import settings_access

PACKAGE = Path(__file__).resolve().parent.parent


def env_text(name: str, default: str = "") -> str:
    file = os.environ.get(f"{name}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    return env_text(name, "1" if default else "0").lower() in ("1", "true", "si", "sí", "yes")


def _data_folder() -> Path:
    """Where everything of this installation lives. A test run never touches the real one."""
    if "PUNTUAL_DATA" not in os.environ and "PYTEST_VERSION" in os.environ:
        os.environ["PUNTUAL_DATA"] = tempfile.mkdtemp(prefix="puntual-pruebas-")
    return Path(env_text("PUNTUAL_DATA", "data")).resolve()


DATA = _data_folder()


def _secret() -> str:
    """The signing key: from the environment, or made once in the keyring folder of the data folder."""
    given = env_text("PUNTUAL_SECRET_KEY")
    if given:
        return given
    file = DATA / "llavero" / "firma.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("x", encoding="utf-8") as new:
                new.write(secrets.token_urlsafe(48))
            file.chmod(0o600)
        except FileExistsError:
            pass
    return file.read_text(encoding="utf-8")


SECRET_KEY = _secret()
DEBUG = env_bool("PUNTUAL_DEBUG", False)
ALLOWED_HOSTS = env_text("PUNTUAL_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
PUBLIC_URL = env_text("PUNTUAL_PUBLIC_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_cotton",
    "puntual.ui",
    "puntual.apps.parties",
    "puntual.apps.receivables",
    "puntual.apps.policies",
    "puntual.apps.compliance",
    "puntual.apps.planning",
    "puntual.apps.segments",
    "puntual.apps.outreach",
    "puntual.apps.imports",
    "puntual.apps.payments",
    "puntual.apps.negotiation",
    "puntual.apps.inbox",
    "puntual.apps.portal",
    "puntual.apps.reports",
    "puntual.apps.audit",
    "puntual.apps.escalation",
    "puntual.apps.clients",
    "puntual.apps.training",
    "puntual.apps.supervision",
    "puntual.apps.visits",
    "puntual.apps.debits",
    "puntual.apps.welcome",
    "puntual.apps.access",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "puntual.apps.workbench",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "puntual.apps.access.doors.Doors",
    "puntual.apps.access.handles.Handles",
    "puntual.apps.audit.watching.Watch",
]

ROOT_URLCONF = "puntual.project.urls"
ASGI_APPLICATION = "puntual.project.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "ui" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "puntual.ui.templatetags.puntual",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "puntual.project.context.screen",
            ],
        },
    }
]
COTTON_DIR = "cotton"


#: The threads of the web stay (project/asgi.py), each with its connection; one that fell is noticed and replaced.
_KEPT: dict[str, object] = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def database(url: str) -> dict[str, object]:
    """Django's settings for `sqlite:///path` or `postgresql://user:password@host:port/name`."""
    parsed = urlparse(url)
    if parsed.scheme in ("postgres", "postgresql"):
        host = parsed.hostname or ""
        query = dict(p.split("=", 1) for p in parsed.query.split("&") if "=" in p)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parsed.path.lstrip("/"),
            "USER": unquote(parsed.username or ""),
            "PASSWORD": unquote(parsed.password or ""),
            "HOST": unquote(query.get("host", host)),
            "PORT": str(parsed.port or query.get("port", "")),
            **_KEPT,
        }
    path = parsed.path[1:] if url.startswith("sqlite:////") else parsed.path.lstrip("/")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        **_KEPT,
        "NAME": path or str(DATA / "puntual.sqlite3"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;"
            " PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;",
        },
        # Such tests use file databases: columns are read through a second driver (ADBC).
        "TEST": {"NAME": str(DATA / f"test-{os.getpid()}.sqlite3")},
    }


DATABASE_URL = env_text("DATABASE_URL", f"sqlite:///{DATA}/puntual.sqlite3")
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("pt-br", "Português"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True

#: Searches of the Ctrl K palette: functions (request, words typed) -> groups of results.
PALETTE_SEARCH = ["puntual.apps.receivables.views.search"]
#: What a planned message would say: (outbox row, instant) -> recipient, subject, text.
MESSAGE_PREVIEW = "puntual.project.previews.preview"
DAY_RUNNER = "puntual.project.api.run_day"
#: Scores a company's portfolio now; two policies over the company's own past.
SCORE_RUNNER = "puntual.project.risk.score"
POLICY_COMPARISON = "puntual.project.risk.compare"
#: Why items that the night did not explain are predicted so: (scoring, due items) -> reasons.
REASON_TELLER = "puntual.project.risk.told"
#: Who learns from the past for the forecast of Reportes.
REPORTS_LEARNER = "puntual.project.cli.payment_history.learner"
#: Sends on the documents of a load, or one invoice: (creditor, invoices, key) -> figures.
DOCUMENT_SENDER = "puntual.project.documents.send"
#: The templates that WhatsApp keeps for a company: what it has, and what is sent to be approved.
#: One PDF of many letters: (creditor, messages) -> path within the data folder.
LETTER_PRINTER = "puntual.project.letters.print_letters"
WHATSAPP_CATALOGUE = "puntual.project.whatsapp_templates.Catalogue"
PREPARED_OPENER = "puntual.project.prepared.open_prepared"
#: Gestión: its queue, what is allowed with a person now, a call inside the law, what the norm says of a script.
#: Visits: the lawful hours of a day for each account, and a place in the caps.
VISIT_WINDOWS = "puntual.pipeline.visits.windows"
VISIT_SLOT = "puntual.pipeline.visits.take_slot"
WORKBENCH_BUILD = "puntual.project.workbench.build"
WORKBENCH_ALLOWED = "puntual.project.workbench.allowed"
WORKBENCH_CALL = "puntual.project.workbench.call"
WORKBENCH_FINDINGS = "puntual.project.workbench.findings"

#: What waits for another person's yes in each app (functions of a creditor), and what an approval does by its kind.
APPROVAL_SOURCES = [f"puntual.project.approvals.{name}" for name in ("deals", "refunds", "sends")]
#: address -> whether what it is about belongs to somebody who sees only their own areas.
OWN_DOORS = {
    "receivables:account": "puntual.apps.negotiation.read_own.account",
    "receivables:invoice": "puntual.apps.negotiation.read_own.invoice",
}
APPROVAL_DOES = {
    "waiver": "puntual.project.approvals.waive", "write_off": "puntual.project.approvals.write_off",
    "mass_send": "puntual.project.approvals.mass_send", "legal_step": "puntual.project.approvals.legal_step",
    "incentive": "puntual.project.approvals.incentive",
}  # fmt: skip

#: The first run: the example, the first day looked at and put in writing, whether the law asks for authorisation.
WELCOME_EXAMPLE = "puntual.project.welcome.example"
WELCOME_LOOK = "puntual.project.welcome.look"
WELCOME_SCHEDULE = "puntual.project.welcome.schedule"
LAW_ASKS_CONSENT = "puntual.project.welcome.asks_consent"
PHONE_READER = "puntual.adapters.phones.parse_phone"

#: Configuración: a test message by the company's server, what the law mends in a text, a text with real data, a backup.
MAIL_TEST = "puntual.project.settings_screens.send_test"
TEMPLATE_FINDINGS = "puntual.project.settings_screens.template_findings"
TEMPLATE_PREVIEW = "puntual.project.settings_screens.template_preview"
MAKE_BACKUP = "puntual.project.settings_screens.make_backup"

#: Conversaciones: what may be said now by each way, the words of a suggestion and of what is about to leave, a look
#: into a mailbox.
INBOX_ALLOWED = "puntual.project.conversations.allowed"
INBOX_SUGGEST = "puntual.project.conversations.suggested"
INBOX_WORDS = "puntual.project.conversations.words_of"
#: A language model that proposes beside our own reader (`ports.classifier.Proposer`, a dotted path); empty: none.
REPLY_PROPOSER = env_text("PUNTUAL_REPLY_PROPOSER")
INBOX_TRY_MAILBOX = "puntual.project.conversations.try_mailbox"
INBOX_ASK_PERMISSION = "puntual.project.mailboxes.ask_permission"
INBOX_TAKE_PERMISSION = "puntual.project.mailboxes.take_permission"

#: What a person may ask of their data.
PERSONAL_EXPORT = "puntual.project.data_rights.everything"
PERSONAL_HELD_BY = "puntual.project.data_rights.held_by"
PERSONAL_FORGET = "puntual.project.data_rights.forget"

#: (account of a channel) -> the address to register at its provider.
NOTICE_URL = "puntual.project.messengers.notice_url"

#: What reads files, the files behind a ZIP, and what each kind of table may tell.
IMPORT_READER = "puntual.adapters.files.Files"
IMPORT_MEMBERS = "puntual.adapters.archives.members"
IMPORT_FIELDS = "puntual.adapters.tabular.headings.kinds"

#: What the law says of a policy; what changes tomorrow under it; what it would have done over the company's past.
POLICY_FINDINGS = "puntual.project.screens.policy_findings"
POLICY_CHANGES = "puntual.project.screens.policy_changes"
POLICY_REPLAY = "puntual.project.screens.policy_replay"

#: How alike two names are, for the bank's movements.
MATCH_SIMILAR = "puntual.adapters.names.similar"
# Movements of the bank that others settle before anybody is asked whose they are: charges of direct debit.
MATCH_CLAIMS = "puntual.apps.debits.write_answers.claim"
DEBIT_FILES = "puntual.adapters.direct_debit.BankFiles"
ACCOUNT_CHECK = "puntual.adapters.transfers.check_account"
# Reports of gateways that tell what each deposit is made of, for those whose API does not.
PAYOUT_REPORTS = {"mercadopago": "puntual.adapters.mercadopago.releases.read"}
HOLIDAYS_OF = "puntual.law.loader.bank_holidays"

#: Who tells the customer's page what the law forbids to ask: (country, kind of debtor, day) -> topics.
PORTAL_TOPICS = "puntual.project.portal.forbidden_topics"
#: provider -> what speaks to it, for «Pagar ahora».
PORTAL_GATEWAYS = "puntual.project.gateways.gateways"
#: (how to pay, name, amount, currency, reference) -> PIX code and its QR, for creditors that give a key.
PORTAL_PIX = "puntual.project.portal.pix_code"
#: (creditor, channel, address, subject, text): sends what a person asked for on the own page, such as a code.
PORTAL_SENDER = "puntual.project.portal.send"
#: The demonstration pays through a gateway of its own, on this machine only (project/sandbox.py).
SANDBOX = env_bool("PUNTUAL_SANDBOX", False)

#: What a monitor must say to read /metrics from another machine.
METRICS_TOKEN = env_text("PUNTUAL_METRICS_TOKEN")

globals().update(settings_access.settings_of(env_text, env_bool, PUBLIC_URL))

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        # A prepared message is opened in the user's own WhatsApp by the redirect of a form.
        "form-action": ["'self'", "https://wa.me", "https://api.whatsapp.com", *settings_access.provider(env_text)],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 60 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": env_text("PUNTUAL_LOG", "WARNING")},
}
