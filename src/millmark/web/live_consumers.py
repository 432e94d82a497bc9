"""Accounts that watch live messages at the MQTT listener: the same passwords, roles and scope as on the web."""

from __future__ import annotations

import logging
from collections.abc import Callable

from millmark.intake import AccountScope
from millmark.web.access import PERMISSIONS, Permission
from millmark.web.accounts import Accounts
from millmark.web.errors import NotSignedIn
from millmark.web.throttle import Throttle

_log = logging.getLogger(__name__)


class LiveConsumers:
    """`slug_of` gives an enterprise's slug by its id; `demonstration` lets a one-time password stay in use.

    Failures count with those at the web's sign-in, so that nobody may guess more often here than there.
    """

    def __init__(
        self,
        accounts: Accounts,
        throttle: Throttle,
        *,
        now_us: Callable[[], int],
        slug_of: Callable[[int], str],
        demonstration: bool = False,
    ) -> None:
        self._accounts = accounts
        self._throttle = throttle
        self._now_us = now_us
        self._slug_of = slug_of
        self._demonstration = demonstration

    def scope(self, name: str, password: str) -> AccountScope | None:
        """What the account may watch; None when it may not sign in or may read no points. Raises
        `DatabaseUnavailable`."""
        if self._throttle.wait_us(name, self._now_us()):
            _log.warning("account %r has failed to sign in too often and has to wait", name)
            return None
        try:
            account = self._accounts.proved(name, password)
        except NotSignedIn:
            self._throttle.failed(name, self._now_us())
            return None
        self._throttle.succeeded(name)
        if account.must_change_password and not self._demonstration:
            _log.warning("account %r has to change its one-time password on the web before it may watch", name)
            return None
        if Permission.READ_POINTS not in PERMISSIONS[account.role]:
            _log.warning("account %r may not read points, so it may not watch them either", name)
            return None
        if account.area_code is not None:
            _log.warning("account %r sees an area only; the watch knows one enterprise or all of them", name)
            return None
        return AccountScope(None if account.enterprise_id is None else self._slug_of(account.enterprise_id))
