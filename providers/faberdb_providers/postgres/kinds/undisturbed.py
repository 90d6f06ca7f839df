"""An UPDATE of faberdb's own reaches every row that it is meant for, whatever a user has put in its way.

What gives values back is no change, but one taken back: no trigger of the user's acts on it. A backfill is a change, so
triggers do. Rules act on neither: one may do something else instead, and none can rewrite an UPDATE that says what it
did. Either may be of a table that publishes its updates and has nothing to know rows by, where the server refuses any.
"""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.lineage import all_above
from faberdb_providers.postgres.names import dotted, literal, qualified

_FILLED = Hazard(
    codes.BACKFILL_UNDER_A_LOCK, "rows are filled by one UPDATE; the table stays locked until it is done", in_use=True
)
_GIVEN_BACK = Hazard(
    codes.VALUES_GIVEN_BACK, "kept values are written back by one UPDATE; the table stays locked until it is done"
)
_BACKFILL = (codes.BACKFILL_PASSES_RULES, codes.BACKFILL_IDENTIFIES_ROWS)
_RESTORE = (codes.RESTORE_PASSES_RULES, codes.RESTORE_IDENTIFIES_ROWS)


def reaching(table: tuple[str, ...], update: str, work: Work, *, quiet: bool = False) -> str:
    """The UPDATE of a table, with what is in its way turned off around it and on again as it was. quiet: no trigger is
    to act on it."""
    if not (_rules(table, work) or (quiet and triggers_of(table, work)) or _unknown_to_subscribers(table, work)):
        return update
    around = _AROUND.replace("{table}", literal(dotted(*table)).strip()).replace("{quiet}", str(quiet).lower())
    around = around.replace("{block}", _tag("faberdb", update)).replace("{quote}", _tag("update", update))
    return around.replace("{update}", update)


def fires(table: tuple[str, ...], work: Work) -> tuple[Hazard, ...]:
    """Says that a backfill locks the rows it changes, and what acts on each of them, which may be wanted, so it is left
    on; and what does not."""
    names = triggers_of(table, work, updates=True)
    said = f"fires for every row that is filled: trigger {', '.join(names)}"
    fired = (Hazard(codes.BACKFILL_FIRES_TRIGGERS, said),) if names else ()
    return (_FILLED, *fired, *_passed(table, work, _BACKFILL, "rows are filled"))


def passes(table: tuple[str, ...], work: Work) -> tuple[Hazard, ...]:
    """Says that values are given back to rows, and what does not act on these meanwhile."""
    names = triggers_of(table, work)
    said = f"trigger {', '.join(names)} is off while values are given back"
    off = (Hazard(codes.RESTORE_PASSES_TRIGGERS, said),) if names else ()
    return (_GIVEN_BACK, *off, *_passed(table, work, _RESTORE, "values are given back"))


def _passed(table: tuple[str, ...], work: Work, of: tuple[str, str], when: str) -> Iterator[Hazard]:
    """What any UPDATE of ours turns off, or sets, for as long as it takes."""
    passes, identifies = of
    if rules := _rules(table, work):
        said = f"rule {', '.join(rules)}, which would act besides or instead, is off while {when}"
        yield Hazard(passes, said)
    if _unknown_to_subscribers(table, work):
        said = f"REPLICA IDENTITY FULL is set while {when}, since subscribers have nothing else to know the rows by"
        yield Hazard(identifies, f"{said}; it locks the table, and they get every row in full")


def triggers_of(table: tuple[str, ...], work: Work, *, updates: bool = False) -> list[str]:
    """The triggers that a table, or one below it, has before or after the plan. updates: those that fire for one."""
    found: dict[str, None] = {}
    for after in (False, True):
        for address in _family(table, work, after=after):
            for child in work.children(address, after=after):
                attributes = child.attributes
                acts = any(str(e).lower().startswith("update") for e in attributes.get("events", ("update",)))
                acts = acts and attributes.get("enabled") not in ("disabled", "replica")
                if child.address.kind == "trigger" and (acts or not updates):
                    found.setdefault(qualified(Address("trigger", child.address.path[1:])))
    return list(found)


def _rules(table: tuple[str, ...], work: Work) -> list[str]:
    """The rules on updates that a table has before or after the plan; those of tables below it are not asked."""
    found: dict[str, None] = {}
    for after in (False, True):
        for child in work.children(Address("table", table), after=after):
            acts = child.attributes.get("enabled") not in ("disabled", "replica")
            if child.address.kind == "rule" and child.attributes["event"] == "update" and acts:
                found.setdefault(qualified(Address("rule", child.address.path[1:])))
    return list(found)


def _family(table: tuple[str, ...], work: Work, *, after: bool) -> Iterator[Address]:
    """The table and those below it."""
    todo = [Address("table", table)]
    while todo:
        address = todo.pop()
        yield address
        todo += [o.address for o in work.referrers(address, after=after) if _below(o)]


def _below(obj: Object) -> bool:
    return obj.address.kind == "table" and bool({"inherits", "partition_of"} & obj.attributes.keys())


def _unknown_to_subscribers(table: tuple[str, ...], work: Work) -> bool:
    """Whether the table, or one below it, is published while subscribers have nothing to know its rows by."""
    for after in (False, True):
        for address in _family(table, work, after=after):
            obj = (work.after if after else work.before)(address)
            if obj is not None and not identified(obj, work, after=after) and published(obj, work, after=after):
                return True
    return False


def identified(table: Object, work: Work, *, after: bool) -> bool:
    """Whether subscribers can know the rows of a table again, by its replica identity."""
    identity = str(table.attributes.get("replica_identity", "default"))
    keys = [o for o in work.children(table.address, after=after) if o.address.kind == "primary_key"]
    usable = any(not key.attributes.get("deferrable") for key in keys)
    return identity == "full" or identity.startswith("index ") or (identity == "default" and usable)


def published(table: Object, work: Work, *, after: bool) -> bool:
    """Whether a publication is of all tables, or names the table, one that it is a part of, or the schema of either."""
    if any(o.attributes.get("all_tables") for o in work.all_of("publication", after=after)):
        return True
    for obj in (table, *all_above(table, work.after if after else work.before)):
        around = (*work.referrers(obj.address, after=after), *_of_schema(obj, work, after=after))
        if any(o.address.kind in ("published_table", "published_schema") for o in around):
            return True
    return False


def _of_schema(table: Object, work: Work, *, after: bool) -> list[Object]:
    schema = Address("schema", table.address.path[:1])
    return [o for o in work.referrers(schema, after=after) if o.address.kind == "published_schema"]


def _tag(name: str, text: str) -> str:
    """The mark of a dollar quote that the text does not hold."""
    tag, number = f"${name}$", 1
    while tag in f"{text}$":
        tag, number = f"${name}{number}$", number + 1
    return tag


# The UPDATE is executed as a text, so that no variable of the block is taken for a column.
_AROUND = """DO {block}
DECLARE
    off text[]; back text[]; command text;
BEGIN
    WITH RECURSIVE below AS (SELECT {table}::regclass::oid AS oid UNION SELECT i.inhrelid FROM pg_inherits i
        JOIN below b ON i.inhparent = b.oid),
    way (off, back) AS (
        SELECT format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', g.tgrelid::regclass, g.tgname),
               format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', g.tgrelid::regclass,
                   CASE g.tgenabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END, g.tgname)
          FROM pg_trigger g JOIN below b ON g.tgrelid = b.oid
         WHERE {quiet} AND g.tgenabled <> 'D' AND (NOT g.tgisinternal OR g.tgparentid <> 0)
           AND g.tgname !~ '^RI_ConstraintTrigger_'
        UNION ALL
        SELECT format('ALTER TABLE %s DISABLE RULE %I', r.ev_class::regclass, r.rulename),
               format('ALTER TABLE %s ENABLE %s RULE %I', r.ev_class::regclass,
                   CASE r.ev_enabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END, r.rulename)
          FROM pg_rewrite r
         WHERE r.ev_class = {table}::regclass AND r.ev_type = '2' AND r.ev_enabled <> 'D'
        UNION ALL
        SELECT format('ALTER TABLE ONLY %s REPLICA IDENTITY FULL', c.oid::regclass),
               format('ALTER TABLE ONLY %s REPLICA IDENTITY %s', c.oid::regclass,
                   CASE c.relreplident WHEN 'n' THEN 'NOTHING' ELSE 'DEFAULT' END)
          FROM pg_class c JOIN below b ON c.oid = b.oid
         WHERE c.relkind = 'r' AND EXISTS (SELECT FROM pg_publication) AND (c.relreplident = 'n' OR c.relreplident = 'd'
           AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indisprimary AND x.indimmediate)))
    SELECT array_agg(way.off), array_agg(way.back) INTO off, back FROM way;
    FOREACH command IN ARRAY coalesce(off, '{}') LOOP EXECUTE command; END LOOP;
    EXECUTE {quote}{update}{quote};
    FOREACH command IN ARRAY coalesce(back, '{}') LOOP EXECUTE command; END LOOP;
END {block}"""
