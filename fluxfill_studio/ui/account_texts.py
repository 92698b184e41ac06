"""What is said of the account: what is left, what was spent, where the key is."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.account import Account, Spending
from fluxfill_studio.ui.wording import credits_text

_N = QT_TRANSLATE_NOOP

_ENGINES = {
    Engine.LOCAL: _N("account", "Local draft"),
    Engine.APIFRAME: _N("account", "Apiframe"),
}
_KEY_PLACES = {
    None: _N("account", "There is no key yet."),
    KeyPlace.ENVIRONMENT: _N("account", "The key comes from APIFRAME_API_KEY, which goes first."),
    KeyPlace.KEY_STORE: _N("account", "The key is in the key store of this system."),
    KeyPlace.FILE: _N("account", "The key is in a file that only you can read."),
    KeyPlace.SESSION: _N("account", "The key is used until the program is closed."),
}


def engine_name(engine: Engine) -> str:
    return _tr(_ENGINES[engine])


def key_place_text(place: KeyPlace | None) -> str:
    """Where the key in use comes from."""
    return _tr(_KEY_PLACES[place])


def balance_text(left: int | None, plan: str | None) -> str:
    """As "991 credits · Pro"; empty where neither is known."""
    parts = [credits_text(left)] if left is not None else []
    if plan:
        parts.append(plan[0].upper() + plan[1:])
    return " · ".join(parts)


def whose_text(email: str | None, left: int | None, plan: str | None) -> str:
    """As "ada@example.org · 991 credits · Pro", as far as it is known."""
    return " · ".join(part for part in (email, balance_text(left, plan)) if part)


def spending_text(spending: Spending | None) -> str:
    """What runs have cost, in one line."""
    if spending is None:
        return _tr(_N("account", "What was spent cannot be told."))
    template = _N("account", "Spent: {session} this session · {day} today · {month} this month")
    return _tr(template).format(
        session=credits_text(spending.session), day=f"{spending.day:,}", month=f"{spending.month:,}"
    )


def low_text(account: Account) -> str:
    """That what is left does not pay for a run."""
    template = _N("account", "Not enough for a run, which costs {credits}.")
    return _tr(template).format(credits=credits_text(account.price))


def _tr(text: str) -> str:
    return QCoreApplication.translate("account", text)
