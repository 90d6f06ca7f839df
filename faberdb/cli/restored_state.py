"""The state after a restore: what the restored database holds, and the plans that its own journal knows."""

from __future__ import annotations

from faberdb.cli.applying import next_serial
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.model import Backup
from faberdb.plan.fingerprint import fingerprint
from faberdb.views.view import View


def write_restored_state(workspace: Workspace, environment: Environment, backup: Backup, view: View) -> None:
    """Write the state anew; where there was none, there is none afterwards. What was applied after the backup was taken
    never happened to this database, so no rollback may be planned from it. The journal beside the state, which is not
    in the backup, gets to know as much. Raises StateError."""
    with workspace.session(environment) as session:
        identity = session.identity()
    workspace.stored_journal(environment).rebind(backup.database, identity, backup.taken_at)
    state, version = workspace.state(environment)
    if state is None:
        return
    with workspace.session(environment) as session:
        objects = workspace.extent.managed_objects(session.inspect().objects, environment)
        known = {entry.plan_id for entry in session.journal()}
    kept = tuple(record for record in state.applied if record.plan_id in known)
    # A digest tells that the form beside it is what was declared: no longer, where the restore gave another form.
    same = {a for a, obj in objects.items() if a in state.objects and state.objects[a].attributes == obj.attributes}
    after = state._replace(
        database=identity,
        fingerprint=fingerprint(objects),
        objects=objects,
        declared={a: digest for a, digest in state.declared.items() if a in same},
        protected=frozenset(a for a in state.protected if a in objects),
        pending=(),
        applied=kept,
    )
    workspace.write_state(next_serial(after), version)
    if len(kept) < len(state.applied):
        gone = len(state.applied) - len(kept)
        view.note(f"{gone} applied {'plan is' if gone == 1 else 'plans are'} younger than the backup, and undone by it")
