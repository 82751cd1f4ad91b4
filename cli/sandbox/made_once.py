"""What botocore and werkzeug make anew for every client and path, made once: it is a tenth of a demo."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import botocore.regions
import moto.core.responses
from botocore.client import ClientCreator
from botocore.endpoint_provider import EndpointProvider
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.loaders import JSONFileLoader
from moto.core.routing import Rule
from moto.core.utils import method_names_from_class

from cli.sandbox.operations import replacement
from cli.service_models import PlainLoader

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED: Final[set[int]] = set()
"""The ids of the loaders whose clients share their classes: every session that uses one has the same handlers."""

_make_class: Final = ClientCreator._create_client_class  # noqa: SLF001 - botocore has no other place for it
_alias: Final = EventAliaser._alias_event_name  # noqa: SLF001 - the same
_classes: Final[dict[tuple[int, str, str], type]] = {}
_providers: Final[dict[tuple[int, frozenset[str]], tuple[Any, EndpointProvider]]] = {}


@replacement(ClientCreator, "_create_client_class", reason="It makes 400 methods for each client of Amazon SageMaker.")
def _client_class(self: ClientCreator, service_name: str, service_model: Any) -> type:
    loader = id(self._loader)
    if loader not in SHARED:
        return _made(self, service_name, service_model)
    key = loader, service_name, str(service_model.api_version)
    if key not in _classes:
        _classes[key] = _made(self, service_name, service_model)
    return _classes[key]


def _made(creator: ClientCreator, service_name: str, service_model: Any) -> type:
    made: type = _make_class(creator, service_name, service_model)
    return made


@replacement(botocore.regions, "EndpointProvider", reason="It reads the same rules anew for each client of a service.")
def _provider(ruleset_data: Any, partition_data: Any, excluded_params: Any = None) -> EndpointProvider:
    key = id(ruleset_data), frozenset(excluded_params or ())
    if key not in _providers:
        # The data is kept with what is made of it, so that no other data can get its id.
        _providers[key] = ruleset_data, EndpointProvider(ruleset_data, partition_data, excluded_params)
    return _providers[key][1]


@replacement(EventAliaser, "_alias_event_name", reason="Each client looks for the same fifty aliases in every name.")
def _alias_event_name(self: EventAliaser, event_name: str) -> str:
    if self._event_aliases == EVENT_ALIASES:
        return _aliased(event_name)
    return str(_alias(self, event_name))


@cache
def _aliased(event_name: str) -> str:
    return str(_alias(EventAliaser(None), event_name))


@replacement(Rule, "_compile_builder", reason="Nobody builds a URL of a path that requests are matched with.")
def _no_builder(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
    del self, append_unknown

    def build(_rule: Rule, **_: Any) -> tuple[str, str]:
        raise NotImplementedError("URLs are matched in the embedded account, not built.")

    return build


replacement(JSONFileLoader, "load_file", reason="It makes OrderedDicts of models, which takes twice as long.")(
    PlainLoader.load_file
)
replacement(
    moto.core.responses,
    "method_names_from_class",
    reason="It looks through hundreds of a class's members for each call, a twentieth of what moto takes for it.",
)(cache(method_names_from_class))
