"""What routes ask for to know who is calling."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.auth._authenticate import Authenticator, require
from api.auth._scopes import Caller, Scope

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key, `grk_…`. A service for which no key was ever made wants none.",
)


async def _caller(
    request: Request,
    needed: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        authenticator: Authenticator = request.app.state.authenticator
        caller = await authenticator.authenticate(
            # Credentials of another kind than bearer are not the same as no credentials.
            credentials.credentials if credentials else request.headers.get("Authorization"),
            client=request.client.host if request.client else None,
            host=_host(request),
        )
        request.state.caller = caller
    require(caller, needed.scopes)
    return caller


async def authorize(request: Request, *scopes: Scope) -> Caller:
    """Find out who is calling and check their scopes, where a route decides whether to ask.

    Raises:
        Unauthenticated: No key, or one that opens nothing.
        Forbidden: A scope is lacking.
        RecordsUnavailable: The keys cannot be read.
    """
    needed = SecurityScopes([scope.value for scope in scopes])
    return await _caller(request, needed, await _bearer(request))


def _host(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return ""


def requires(*scopes: Scope) -> Any:
    """Return the dependency that gives the `Caller` and refuses one without these scopes."""
    return Security(_caller, scopes=[scope.value for scope in scopes])


AnyCaller = Annotated[Caller, requires()]
Grading = Annotated[Caller, requires(Scope.GRADE)]
Reading = Annotated[Caller, requires(Scope.READ)]
Authoring = Annotated[Caller, requires(Scope.AUTHOR)]
Reviewing = Annotated[Caller, requires(Scope.REVIEW)]
Administering = Annotated[Caller, requires(Scope.ADMIN)]
