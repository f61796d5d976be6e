"""Django's database backend for Azure Database for PostgreSQL with Entra ID."""
