from django.db import migrations

# Only an entry's message may be changed, for erased users. `TRUNCATE` isn't prevented: a role that
# is allowed to truncate could drop the trigger, too.
PUT_UP = """
CREATE FUNCTION zoom_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An entry of the log can''t be changed or deleted.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER zoom_audit_is_not_deleted BEFORE DELETE ON zoom_auditentry
    FOR EACH ROW EXECUTE FUNCTION zoom_refuse_audit_change();
CREATE TRIGGER zoom_audit_is_not_changed
    BEFORE UPDATE OF id, session_id, event_type, user_id, metadata, created_at ON zoom_auditentry
    FOR EACH ROW EXECUTE FUNCTION zoom_refuse_audit_change();
"""
TAKE_DOWN = "DROP FUNCTION zoom_refuse_audit_change() CASCADE;"


def put_up(apps, schema_editor):
    """On PostgreSQL only: on SQLite Django recreates a table to change it, and the trigger would be
    lost silently."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(PUT_UP)


def take_down(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TAKE_DOWN)


class Migration(migrations.Migration):

    dependencies = [("zoom", "0002_figures_by_day")]

    operations = [migrations.RunPython(put_up, take_down)]
