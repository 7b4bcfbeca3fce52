"""Typed settings from the environment; a bad value stops the start and is named."""

import json
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rse.core import mail

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
MIN_SECRET = 32
MIN_FLOOR = 5
MAX_REPLY_LOCAL = 18  # characters: the rest of 64 names the mail that is answered


class BadSettings(Exception):
    """The environment holds values that the application cannot start with."""


class Settings(BaseSettings):
    """Every setting, read from `RSE_<NAME>`; the table in docs/it-guide.md is made from these lines."""

    model_config = SettingsConfigDict(env_prefix="RSE_", extra="ignore")

    env: Literal["development", "production"] = Field(
        "development", description="production refuses weak settings"
    )
    base_url: str = Field(
        "http://127.0.0.1:5000", description="the address that people type, scheme and host"
    )
    secret_key: str = Field("", description="32 characters or more; signs links, seals secrets")
    secret_key_old: str = Field(
        "", description="secret keys before that one, spaces between: what they signed or sealed still opens"
    )
    data_dir: Path = Field(Path("var"), description="database, index, files and keys of the embedded form")
    database_url: str = Field(
        "", description="default: SQLite in the data directory; postgresql+psycopg://..."
    )
    redis_url: str = Field("", description="queue, rate limits and live events between processes")
    search: Literal["auto", "whoosh", "postgresql"] = Field(
        "auto", description="search engine; auto: PostgreSQL where it is the database, else Whoosh"
    )
    company: str = Field("rse", min_length=1, max_length=60, description="the name shown in the bar")
    timezone: str = Field("Europe/Paris", description="the organisation's zone (IANA)")
    default_locale: Literal["fr", "en"] = Field("fr", description="language before a person has chosen")
    frame_ancestors: str = Field(
        "'none'",
        description="who may embed the pages (CSP); see sso-guide.md",
    )
    session_idle_hours: int = Field(12, ge=1, le=720, description="a session unused for so long ends")
    session_days: int = Field(30, ge=1, le=365, description="no session lives longer")
    floor: int = Field(8, ge=MIN_FLOOR, le=50, description="smallest group that an indicator may describe")
    saml_metadata: str = Field("", description="URL or file of the identity provider's metadata")
    saml_attributes: dict[str, str] = Field(
        default_factory=dict, description="our field: name sent by the IdP (JSON)"
    )
    saml_link: Literal["none", "uid", "email"] = Field(
        "none", description="what joins a first sign-in to a known person"
    )
    saml_name_id: Literal["persistent", "email", "unspecified"] = Field(
        "persistent", description="format of NameID that is asked for; persistent is always accepted"
    )
    saml_idp_name: str = Field("", description="what the sign-in button calls the identity provider")
    ldap_url: str = Field(
        "", description="directory to read people from: ldaps://host, or ldap:// and StartTLS"
    )
    ldap_starttls: bool = Field(False, description="ask an ldap:// address for TLS before anything is said")
    ldap_ca_file: str = Field(
        "", description="certificates (PEM) that sign the directory's; default: the system's"
    )
    ldap_bind_dn: str = Field("", description="account that reads the directory")
    ldap_bind_password: str = Field("", description="its password")
    ldap_base: str = Field(
        "", description="below which entry people are, such as ou=people,dc=example,dc=com"
    )
    ldap_filter: str = Field("", description="who counts; default: every person of the server's kind")
    ldap_server: Literal["openldap", "active_directory"] = Field(
        "openldap", description="the kind of directory: its attributes and its never changing id"
    )
    ldap_attributes: dict[str, str] = Field(
        default_factory=dict, description="our field: attribute of the directory (JSON)"
    )
    ldap_department: Literal["attribute", "dn"] = Field(
        "attribute", description="departments from an attribute, or from the branches that people are in"
    )
    ldap_page: int = Field(500, ge=1, le=1000, description="entries asked for at once")
    ldap_schedule: bool = Field(
        True, description="read changes every quarter of an hour, everything at night"
    )
    mail_url: str = Field(
        "", description="smtp://user:password@host:port (TLS when offered), smtps:// for TLS from the start"
    )
    mail_from: str = Field("", description="address that mails come from; default no-reply@ the host")
    reply_address: str = Field(
        "",
        description="address at which mails are answered, such as reply@network.example.com; see it-guide.md",
    )
    reply_secret: str = Field("", description="what the mail server says when it hands in such an answer")
    files_max_mb: int = Field(25, ge=1, le=200, description="size of one file that people attach, in MB")
    files_quota_mb: int = Field(
        2000, ge=10, le=1_000_000, description="size of all that one person has attached, in MB"
    )
    metrics_token: str = Field("", description="bearer token for /metrics from another host")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what is logged")
    audit_syslog: str = Field(
        "", description="syslog server that gets the audit log: tls://host:port, tcp:// or udp://"
    )
    audit_syslog_ca_file: str = Field(
        "", description="certificates (PEM) that sign the syslog server's; default: the system's"
    )
    contact: str = Field("", description="named human contact on every page's foot")
    async_mode: Literal["gevent", "threading"] = Field("threading", description="how sockets are served")
    rate_limits: bool = Field(True, description="off for benchmarks only; production refuses that")
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="reverse proxies in front, for the client's address"
    )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such IANA zone: {value}") from error
        return value

    @field_validator("base_url")
    @classmethod
    def _base(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
        ):
            raise ValueError("give scheme and host, such as https://rse.example.com")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("sqlite:///... or postgresql+psycopg://...")
        return value

    @field_validator("ldap_url")
    @classmethod
    def _directory(cls, value: str) -> str:
        if value and (not value.startswith(("ldap://", "ldaps://")) or not urlsplit(value).hostname):
            raise ValueError("ldaps://host, ldaps://host:port or ldap://host")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: str) -> str:
        if value:
            mail.server_of(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _from(cls, value: str) -> str:
        return mail.check_address(value) if value else value

    @field_validator("reply_address")
    @classmethod
    def _reply(cls, value: str) -> str:
        if value and len(mail.check_address(value).partition("@")[0]) > MAX_REPLY_LOCAL:
            raise ValueError(f"at most {MAX_REPLY_LOCAL} characters before the @")
        return value

    @field_validator("audit_syslog")
    @classmethod
    def _syslog(cls, value: str) -> str:
        parts = urlsplit(value if "://" in value else f"udp://{value}")
        if value and (
            parts.scheme not in {"udp", "tcp", "tls"} or not parts.hostname or parts.path.strip("/")
        ):
            raise ValueError("tls://host:port, tcp://host:port, udp://host:port or host:port")
        return value

    @field_validator("frame_ancestors")
    @classmethod
    def _frame(cls, value: str) -> str:
        if any(c in value for c in ";,\r\n"):
            raise ValueError("one list of origins, without ; or ,")
        return value.strip() or "'none'"

    @model_validator(mode="after")
    def _answers(self) -> "Settings":
        if bool(self.reply_address) != bool(self.reply_secret):
            raise ValueError("RSE_REPLY_ADDRESS and RSE_REPLY_SECRET go together")
        if self.reply_secret and len(self.reply_secret) < MIN_SECRET:
            raise ValueError("RSE_REPLY_SECRET: 32 random characters or more")
        return self

    @model_validator(mode="after")
    def _production(self) -> "Settings":
        if self.env == "production":
            if len(self.secret_key) < MIN_SECRET or len(set(self.secret_key)) < MIN_SECRET // 4:
                raise ValueError("RSE_SECRET_KEY: in production 32 random characters or more")
            if urlsplit(self.base_url).scheme != "https":
                raise ValueError("RSE_BASE_URL: in production https")
            if self.ldap_url and not self.ldap_url.startswith("ldaps://") and not self.ldap_starttls:
                raise ValueError("RSE_LDAP_URL: in production ldaps://, or RSE_LDAP_STARTTLS=true")
            if not self.rate_limits:
                raise ValueError("RSE_RATE_LIMITS: in production they stay on")
        if self.search == "postgresql" and not self.database.startswith("postgresql"):
            raise ValueError("RSE_SEARCH: postgresql needs PostgreSQL as RSE_DATABASE_URL")
        return self

    @property
    def old_keys(self) -> list[str]:
        """Give the secret keys that were replaced, the latest first."""
        return self.secret_key_old.split()

    @property
    def secure(self) -> bool:
        """Tell whether people reach the application over TLS."""
        return self.base_url.startswith("https://")

    @property
    def framed(self) -> bool:
        """Tell whether another site may show the pages in a frame (the intranet)."""
        return self.frame_ancestors.strip() not in {"'none'", "'self'"}

    @property
    def same_site(self) -> Literal["None", "Lax"]:
        """Give the SameSite of the session's cookies; in another site's frame browsers send only `None`."""
        return "None" if self.framed and self.secure else "Lax"

    @property
    def loopback(self) -> bool:
        """Tell whether the application is reached on this machine only."""
        return (urlsplit(self.base_url).hostname or "") in LOOPBACK

    @property
    def search_engine(self) -> Literal["whoosh", "postgresql"]:
        """Give the search engine that is used."""
        if self.search != "auto":
            return self.search
        return "postgresql" if self.database.startswith("postgresql") else "whoosh"

    @property
    def database(self) -> str:
        """Give the database's URL, the embedded one by default."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'rse.db'}"


def load(overrides: dict[str, Any] | None = None) -> Settings:
    """Read the settings; `overrides` win over the environment. Raises BadSettings naming each bad one."""
    try:
        settings = Settings(**(overrides or {}))
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            lines.append(f"RSE_{name}: {problem['msg']}" if name else problem["msg"])
        raise BadSettings("\n".join(lines)) from error
    except json.JSONDecodeError as error:
        raise BadSettings(f"a setting is not valid JSON: {error}") from error
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings


def table() -> list[tuple[str, str, str]]:
    """Give (variable, default, meaning) of every setting, for the documentation."""
    return [
        (f"RSE_{name.upper()}", str(field.get_default(call_default_factory=True)), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
