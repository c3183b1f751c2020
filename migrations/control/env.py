"""Alembic's way into the control history: schema `control`, on a connection that the caller opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    version_table="schema_version",
    version_table_schema="control",
    include_schemas=True,
    include_name=lambda name, type_, _: type_ != "schema" or name == "control",
    compare_type=True,
)
context.run_migrations()
