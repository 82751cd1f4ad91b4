"""Resources that are created, read, listed and deleted in the same way: most of what a service keeps.

A record holds a resource under the member names of the service's own answers; what an answer shows of it is
decided by the operation's output shape, so that a record may hold more than any single answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.model import ListShape, Shape, StructureShape

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Amender, Handler, Moto, Result, amendment, operation

Record = dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """Where resources of one kind are kept, per account and Region.

    `keys` are the members by which a record is found, the first of them unique; `within` are the parameters that
    name what the resource belongs to, also members of its record. `name` is the member that `nameContains` filters
    look at, `time` the one that sorts; `missing` is the error code for an unknown one. `wrapper` is the member
    under which answers have the resource, where they do not have it at their top. `aliases` are other names that
    listings have for members. Without `forms` answers need not keep the patterns of the model.
    """

    service: str
    kind: str
    keys: tuple[str, ...]
    name: str = ""
    time: str = ""
    missing: str = "ResourceNotFoundException"
    aliases: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    wrapper: str = ""
    forms: bool = True

    def records(self, call: Call) -> dict[str, Record]:
        """Return the records under their unique keys."""
        return call.tables.table(call.account_id, call.region, self.service, self.kind)

    def inside(self, call: Call) -> list[Record]:
        """Return the records that belong to what the call names."""
        wanted = {member: call.params[member] for member in self.within if member in call.params}
        return [
            record
            for record in self.records(call).values()
            if all(record[member] == value for member, value in wanted.items())
        ]

    def put(self, call: Call, record: Record) -> Record:
        """Keep `record` and return it."""
        self.records(call)[self._key(record)] = record
        return record

    def find(self, call: Call, identifier: str) -> Record:
        """Return the record that `identifier` names.

        Raises:
            AwsError: There is none, with the code `missing`.

        """
        for record in self.inside(call):
            if identifier in (record.get(key) for key in self.keys):
                return record
        raise AwsError(self.missing, f"The {self.kind} {identifier} does not exist.")

    def remove(self, call: Call, identifier: str) -> Record:
        """Forget the record that `identifier` names, and return it."""
        return self.records(call).pop(self._key(self.find(call, identifier)))

    def forget(self, call: Call, **members: str) -> None:
        """Forget all records that have these members."""
        records = self.records(call)
        for key, record in list(records.items()):
            if all(record.get(name) == value for name, value in members.items()):
                del records[key]

    def answer(self, call: Call, record: Mapping[str, Any]) -> Record:
        """Return what the operation's output shape shows of `record`."""
        shape = call.operation.output_shape
        if self.wrapper and isinstance(shape, StructureShape) and self.wrapper in shape.members:
            return {self.wrapper: shown(shape.members[self.wrapper], record)}
        return shown(shape, record)

    def _key(self, record: Record) -> str:
        return "/".join(str(record[member]) for member in (*self.within, self.keys[0]))

    def listing(self, call: Call, records: Iterable[Record] | None = None) -> Record:
        """Return the records that the call's filters let through, in the call's order, as its output lists them."""
        chosen = [
            each
            for each in (self.records(call).values() if records is None else records)
            if self._is_wanted(call, each)
        ]
        if self.time:
            newest_first = call.params.get("sortOrder", "Ascending").upper().startswith("DESC")
            chosen.sort(key=lambda record: aware(record[self.time]), reverse=newest_first)
        member, item = listed(call.operation.output_shape)
        return {member: [shown(item, {**record, **self._aliased(record)}) for record in chosen]}

    def serves_get(self, name: str, identifier: str, *, amends: str = "") -> None:
        """Register the operation that shows one record; `amends` is the reason where moto has it."""
        self.registers(name, lambda call: self.answer(call, self.find(call, call.params[identifier])), amends=amends)

    def serves_list(self, name: str, *, amends: str = "", page_size: int = 100) -> None:
        """Register the operation that lists records."""
        self.registers(name, self.listing, amends=amends, page_size=page_size)

    def serves_delete(self, name: str, identifier: str, *, amends: str = "", **status: str) -> None:
        """Register the operation that deletes a record; `status` is what the answer says instead of the record."""

        def delete(call: Call) -> Result:
            return self.answer(call, self.remove(call, call.params[identifier]) | status)

        self.registers(name, delete, amends=amends)

    def serves_update(self, name: str, identifier: str, *, amends: str = "", **status: str) -> None:
        """Register the operation that puts its parameters over a record's members."""

        def update(call: Call) -> Result:
            record = self.find(call, call.params[identifier])
            record |= {member: value for member, value in call.params.items() if member not in self.keys} | status
            record["updatedAt"] = call.now
            return self.answer(call, record)

        self.registers(name, update, amends=amends)

    def serves_status(
        self, name: str, identifier: str, status: str, *, amends: str = "", member: str = "status"
    ) -> None:
        """Register an operation that sets a record's status and answers nothing (Stop…)."""

        def change(call: Call) -> Result:
            self.find(call, call.params[identifier])[member] = status
            return {}

        self.registers(name, change, amends=amends)

    def registers(self, name: str, handler: Handler, *, amends: str = "", page_size: int = 100) -> None:
        """Register `handler` as an operation, in the place of moto's where `amends` says why."""
        if amends:
            amendment(self.service, name, reason=amends)(in_place_of_moto(handler))
        else:
            operation(self.service, name, page_size=page_size, forms=self.forms)(handler)

    def _aliased(self, record: Record) -> Record:
        return {alias: record[member] for alias, member in self.aliases.items() if member in record}

    def _is_wanted(self, call: Call, record: Record) -> bool:
        return all(self._passes(name, value, record) for name, value in call.params.items())

    def _passes(self, name: str, value: Any, record: Record) -> bool:
        if name.lower().endswith("namecontains"):
            return not self.name or str(value).lower() in str(record[self.name]).lower()
        if name[0].lower() + name[1:] in _TIMES_AFTER:
            return not self.time or aware(record[self.time]) > aware(value)
        if name[0].lower() + name[1:] in _TIMES_BEFORE:
            return not self.time or aware(record[self.time]) < aware(value)
        member = name.removesuffix("Equals")
        if member not in record and member != name:
            # Amazon SageMaker says StatusEquals for the member MonitoringScheduleStatus.
            member = next((each for each in record if each.endswith(member)), member)
        return member not in record or record[member] == value


_TIMES_AFTER = ("creationTimeAfter", "createdAfter", "submitTimeAfter", "scheduledTimeAfter")
_TIMES_BEFORE = ("creationTimeBefore", "createdBefore", "submitTimeBefore", "scheduledTimeBefore")


def in_place_of_moto(handler: Handler) -> Amender:
    """Return an amender that answers by `handler` alone."""

    def amend(call: Call, _: Moto) -> Result:
        check(call.service, call.operation, call.params)
        return handler(call)

    return amend


def shown(shape: Shape | None, record: Mapping[str, Any]) -> Record:
    """Return the members of `record` that `shape` has, those without a value left out."""
    if not isinstance(shape, StructureShape):
        return {}
    return {name: record[name] for name in shape.members if record.get(name) is not None}


def listed(shape: Shape | None) -> tuple[str, Shape]:
    """Return the name and the item shape of the one list that an output has.

    Raises:
        TypeError: It has none or several.

    """
    if not isinstance(shape, StructureShape):
        raise TypeError("The operation has no output.")
    lists = {name: member for name, member in shape.members.items() if isinstance(member, ListShape)}
    [(name, member)] = lists.items()
    return name, member.member


def aware(time: datetime) -> datetime:
    """Return `time` with its time zone, UTC where it has none."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
