"""The database backend of all services: PostgreSQL with metrics, and connections that are kept and cheap to trust."""
