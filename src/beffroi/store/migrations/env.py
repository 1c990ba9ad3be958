"""What Alembic runs: the migrations, inside the transaction that the caller holds."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
