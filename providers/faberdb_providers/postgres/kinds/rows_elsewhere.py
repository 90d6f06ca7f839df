"""What cannot be done to a table while rows of it are stored elsewhere, as values of its row type."""

from __future__ import annotations

from faberdb.errors import DeclarationError
from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.held import ELEMENTS, holders
from faberdb_providers.postgres.kinds.lineage import all_above

_ADVICE = "give that column another type first, or {instead}"


def refuse_anew(obj: Object, table: Address, work: Work, instead: str) -> None:
    """Say so where something is made anew that rows elsewhere would not follow.

    Raises DeclarationError.
    """
    for holder, _ in holders(table, work):
        raise DeclarationError(
            f"it cannot be made anew while {holder.address.spoken} holds rows of the table",
            where=obj.address.spoken,
            advice=_ADVICE.format(instead=instead),
        )


def refuse_within(column: Address, work: Work) -> None:
    """Say so where a column gets another type, and rows are inside of other types, where the server has them out of
    reach.

    Raises DeclarationError.
    """
    for holder, path in holders(Address("table", column.path[:2]), work):
        if path not in ((), (ELEMENTS,)):
            raise DeclarationError(
                f"its type cannot change while {holder.address.spoken} holds rows of the table inside of another type",
                where=column.spoken,
                advice=_ADVICE.format(instead="add a new column beside this one"),
            )
    refuse_below(column, work, "its type cannot change")


def refuse_below(column: Address, work: Work, what: str) -> None:
    """Say so where rows of a child table, or a partition, which has the column too, are stored elsewhere.

    Raises DeclarationError.
    """
    for table in work.all_of("table", after=False):
        if column.path[:2] not in [above.address.path for above in all_above(table, work.before)]:
            continue
        for holder, _ in holders(table.address, work):
            raise DeclarationError(
                f"{what} while {holder.address.spoken} holds rows of {table.address.spoken}, which has it too",
                where=column.spoken,
                advice=_ADVICE.format(instead="leave the column as it is"),
            )
