-- Roles and databases: one login role for each service, which reaches its own database and no other. Run once by a superuser when the
-- cluster is made (compose does, from /docker-entrypoint-initdb.d), before anything else. No password stands here: passwords.sh sets them.

-- Whoever owns the hub's tables can switch off what keeps them append-only: nobody who serves calls may be that role.
CREATE ROLE health_code_hub_owner LOGIN NOINHERIT CONNECTION LIMIT 5;
CREATE ROLE health_code_hub LOGIN NOINHERIT CONNECTION LIMIT 60;
CREATE ROLE health_code_adapter_guangxi LOGIN NOINHERIT CONNECTION LIMIT 30;
CREATE ROLE health_code_adapter_beijing LOGIN NOINHERIT CONNECTION LIMIT 30;
CREATE ROLE health_code_local_system_guangxi LOGIN NOINHERIT CONNECTION LIMIT 10;
CREATE ROLE health_code_local_system_beijing LOGIN NOINHERIT CONNECTION LIMIT 10;

CREATE DATABASE health_code_hub OWNER health_code_hub_owner;
CREATE DATABASE health_code_adapter_guangxi OWNER health_code_adapter_guangxi;
CREATE DATABASE health_code_adapter_beijing OWNER health_code_adapter_beijing;
CREATE DATABASE health_code_local_system_guangxi OWNER health_code_local_system_guangxi;
CREATE DATABASE health_code_local_system_beijing OWNER health_code_local_system_beijing;

-- PostgreSQL lets everybody connect to everything that is not closed.
REVOKE ALL ON DATABASE health_code_hub FROM PUBLIC;
REVOKE ALL ON DATABASE health_code_adapter_guangxi FROM PUBLIC;
REVOKE ALL ON DATABASE health_code_adapter_beijing FROM PUBLIC;
REVOKE ALL ON DATABASE health_code_local_system_guangxi FROM PUBLIC;
REVOKE ALL ON DATABASE health_code_local_system_beijing FROM PUBLIC;
GRANT CONNECT ON DATABASE health_code_hub TO health_code_hub;

-- A statement that hangs must not hold the lock that every change of the registry waits for.
ALTER ROLE health_code_hub SET statement_timeout = '60s';
ALTER ROLE health_code_hub SET idle_in_transaction_session_timeout = '60s';
