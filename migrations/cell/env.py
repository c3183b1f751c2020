"""Alembic's way into the cell history: schema `shared`, on a connection that the caller opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    version_table="schema_version",
    version_table_schema="shared",
    include_schemas=True,
    include_name=lambda name, type_, _: type_ != "schema" or name == "shared",
    compare_type=True,
)
context.run_migrations()
