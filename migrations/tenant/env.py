"""Alembic's way into the tenant history: offline to compile it, online only to compare models with a schema."""

from alembic import context

connection = context.config.attributes.get("connection")
settings = {
    "target_metadata": context.config.attributes.get("metadata"),
    "version_table": "schema_version",
    "compare_type": True,
    "compare_server_default": False,
}

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **settings)
else:
    context.configure(connection=connection, **settings)
context.run_migrations()
