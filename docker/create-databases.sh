#!/bin/sh
# Runs once on PostgreSQL's empty volume: a role and a database for each service, nobody else may connect to it.
set -eu
for service in auth catalog payment video; do
  psql --username postgres --set ON_ERROR_STOP=1 --set name="$service" \
    --set password="$(cat "/secrets/$service-database-password")" <<'SQL'
  CREATE ROLE :"name" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
  CREATE DATABASE :"name" OWNER :"name" TEMPLATE template0 ENCODING 'UTF8';
  REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
