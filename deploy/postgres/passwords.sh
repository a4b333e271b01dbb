#!/bin/sh
# Run once by the postgres image when the cluster is made, after roles.sql: gives each login role the password of its line in the secret
# "postgres-passwords" (role:password, one a line).
set -eu
while IFS=: read -r role password; do
  [ -n "$role" ] || continue
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set role="$role" --set password="$password" <<'SQL'
ALTER ROLE :"role" PASSWORD :'password';
SQL
done < /run/secrets/postgres-passwords
