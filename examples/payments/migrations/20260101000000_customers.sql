-- Customers and payments of a region, and the catalogue of merchants that every region has.
CREATE TABLE merchants (
    id text PRIMARY KEY,
    trade_name text NOT NULL
);

CREATE TABLE customers (
    id bigint NOT NULL,
    tenant text NOT NULL,
    subject text NOT NULL,
    name bytea NOT NULL,
    email bytea NOT NULL,
    phone bytea,
    national_id bytea NOT NULL,
    city text NOT NULL,
    age integer NOT NULL,
    plan text NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE INDEX customers_subject ON customers (tenant, subject);
