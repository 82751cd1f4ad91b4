"""Requests that outsiders could make: one for every case that the policy of a resource tells apart."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from rules.permissions.caller import Caller, Guarded, account_of, everybody, names_account, principal_arn
from rules.permissions.constants import ANY_TEXT, representatives
from rules.permissions.context import ContextValue, RequestContext
from rules.permissions.identity_providers import SHARED_ISSUERS, customer_keys, issuer, picks_customer
from rules.permissions.outside import UNIQUE_PRINCIPAL, Outside, Settled
from rules.permissions.searches import Patience

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.permissions.caller import Trust
    from rules.permissions.document import PolicyDocument, Principal

PRINCIPAL_KEYS: Final = (
    *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid"),
    *("kms:calleraccount", "aws:sourceowner"),
)
SERVICE_KEYS: Final = (
    *("aws:principalservicename", "aws:principalservicenameslist"),
    *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
)


class Callers:
    """
    The outsiders whom a policy has to be asked about.

    A policy tells requests apart by comparing them with its constants. So one outsider for each constant, and one
    that no constant names, stand for all of them.
    """

    def __init__(
        self,
        document: PolicyDocument,
        trust: Trust,
        guarded: Guarded = Guarded.RESOURCE,
        patience: Patience | None = None,
    ) -> None:
        self._trust = trust
        self._patience = patience or Patience()
        self._outside = Outside(document, trust, guarded, self._patience)
        services = (entry.value for entry in self._outside.entries if entry.type == "Service")
        self._named_services = tuple(dict.fromkeys(services))
        excepted = [entry for statement in document.statements for entry in statement.not_principals or ()]
        self._excepted = tuple(
            entry
            for entry in excepted
            if entry.type != "Service" and account_of(entry.value) is None and not everybody(entry)
        )

    def of(self, entry: Principal) -> Iterator[Caller]:
        """Return the outsiders that an entry of a Principal element lets in; none where it names insiders only."""
        if everybody(entry):
            return self.everybody()
        if entry.type == "Service":
            return self._every_service() if entry.value == "*" else self._service(entry.value)
        if entry.type == "Federated" and issuer(entry.value) in SHARED_ISSUERS:
            return self._customers(entry.value)
        # IAM writes the unique id of a principal where its ARN stood once it is deleted; nobody can be it again.
        deleted = entry.type == "AWS" and UNIQUE_PRINCIPAL.fullmatch(entry.value) is not None
        return iter(()) if deleted or self._trust.covers(entry) else self._named(entry.value)

    def everybody(self) -> Iterator[Caller]:
        """Return every outsider, first those whom the policy does not name."""
        yield from self._anonymous()
        for account in self._outside.accounts:
            yield from self._principals(account, self._outside.principal_arns(account))
        for entry in self._excepted:
            yield from self.of(entry)
        if self._named_services or self._outside.mentions(*SERVICE_KEYS, "aws:principalisawsservice"):
            yield from self._every_service()

    def _anonymous(self) -> Iterator[Caller]:
        nobody: Settled = {**dict.fromkeys((*PRINCIPAL_KEYS, *SERVICE_KEYS)), "aws:principalisawsservice": "false"}
        resources = self._outside.resources(self._outside.accounts[0], None, None)
        for rest in product(self._outside.networks, self._outside.access_points, resources):
            yield Caller(_context(nobody, *rest))

    def _named(self, text: str) -> Iterator[Caller]:
        account = account_of(text)
        if account is None:
            # Such as a canonical user: somebody of some account.
            for one in self._outside.accounts:
                yield from self._principals(one, self._outside.principal_arns(one), text, text)
        elif names_account(text):
            yield from self._principals(account, self._outside.principal_arns(account), f"account {account}")
        else:
            yield from self._principals(account, (principal_arn(text),), text)

    def _principals(
        self, account: str, arns: Iterable[str], name: str | None = None, called: str | None = None
    ) -> Iterator[Caller]:
        ids = (*self._outside.unique_ids, account) if self._outside.mentions("aws:userid") else self._outside.unique_ids
        for (org, path), arn, unique_id in product(self._outside.organizations(), arns, ids):
            who: Settled = {
                **dict.fromkeys(SERVICE_KEYS),
                "aws:principalisawsservice": "false",
                **dict.fromkeys(("aws:principalaccount", "kms:calleraccount", "aws:sourceowner"), account),
                "aws:principalarn": arn,
                "aws:principalorgid": org,
                "aws:principalorgpaths": path and (path,),
                "aws:userid": unique_id,
            }
            known = name or self._outside.name(account, org)
            for rest in product(
                self._outside.networks, self._outside.access_points, self._outside.resources(account, org, path)
            ):
                yield Caller(_context(who, *rest), account, called or arn, name=known)

    def _every_service(self) -> Iterator[Caller]:
        named = self._outside.constants.of("aws:principalservicename", "aws:principalservicenameslist")
        for service in dict.fromkeys(
            (*representatives(ANY_TEXT, named, patience=self._patience), *self._named_services)
        ):
            yield from self._service(service)

    def _service(self, service: str) -> Iterator[Caller]:
        who: Settled = {
            **dict.fromkeys(PRINCIPAL_KEYS),
            "aws:principalisawsservice": "true",
            "aws:principalservicename": service,
            "aws:principalservicenameslist": (service,),
        }
        for account, (org, path) in product(self._outside.accounts, self._outside.organizations()):
            choices = product((account, None), (*self._outside.arns("aws:sourcearn", account), None))
            for (owner, arn), context in product(choices, self._outside.encryption_contexts(account)):
                source: Settled = {
                    "aws:sourceaccount": owner,
                    "aws:sourcearn": arn,
                    "aws:sourceorgid": org,
                    "aws:sourceorgpaths": path and (path,),
                }
                for rest in product(self._outside.networks, self._outside.resources(account, org, path)):
                    settled = _context(who, source, context, *rest)
                    yield Caller(settled, account, service=service, name=self._outside.name(account, org))

    def _customers(self, federated: str) -> Iterator[Caller]:
        """Return strangers with tokens of an issuer that signs for everybody."""
        choices: list[tuple[str | None, ...]] = []
        told_apart = customer_keys(federated, self._outside.constants.keys)
        for key in told_apart:
            values = self._outside.constants.of(key)
            told = representatives(ANY_TEXT, values, filter(picks_customer, values), patience=self._patience)
            choices.append((*told, None))
        nobody: Settled = dict.fromkeys((*PRINCIPAL_KEYS, *SERVICE_KEYS))
        for claimed in product(*choices):
            yield Caller(_context(nobody, dict(zip(told_apart, claimed, strict=True))), arn=federated, name=federated)


def _context(*parts: Mapping[str, ContextValue | None]) -> RequestContext:
    settled = {key: value for part in parts for key, value in part.items()}
    return RequestContext(
        {key: value for key, value in settled.items() if value is not None},
        absent=frozenset(key for key, value in settled.items() if value is None),
    )
