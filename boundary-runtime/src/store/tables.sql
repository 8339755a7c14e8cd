CREATE TABLE IF NOT EXISTS boundary_migrations (
    name text PRIMARY KEY,
    digest blob NOT NULL
);

CREATE TABLE IF NOT EXISTS boundary_residences (
    tenant text NOT NULL,
    subject text NOT NULL,
    PRIMARY KEY (tenant, subject)
);

CREATE TABLE IF NOT EXISTS boundary_outbox (
    id integer PRIMARY KEY,
    event text NOT NULL,
    tenant text NOT NULL,
    subject text NOT NULL,
    pseudonym text NOT NULL,
    purpose text NOT NULL,
    emitted_at integer NOT NULL,
    payload blob NOT NULL,
    data_key blob NOT NULL
);

CREATE INDEX IF NOT EXISTS boundary_outbox_subject ON boundary_outbox (tenant, subject);

CREATE TABLE IF NOT EXISTS keys.boundary_data_keys (
    declaration text NOT NULL,
    tenant text NOT NULL,
    record_id text NOT NULL,
    subject text NOT NULL,
    data_key blob NOT NULL,
    PRIMARY KEY (declaration, tenant, record_id)
);

-- The identifiers of data keys that were destroyed: a copy of such a record that is written back must stay out.
CREATE TABLE IF NOT EXISTS keys.boundary_erased_keys (id blob PRIMARY KEY) WITHOUT ROWID;

-- How far a re-wrapping has come, for each tenant and place that data keys lie in.
CREATE TABLE IF NOT EXISTS keys.boundary_rewraps (
    tenant text NOT NULL,
    source text NOT NULL,
    generation integer NOT NULL,
    after text NOT NULL,
    PRIMARY KEY (tenant, source)
);

CREATE INDEX IF NOT EXISTS keys.boundary_data_keys_subject ON boundary_data_keys (tenant, subject);
