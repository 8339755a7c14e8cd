CREATE SCHEMA shop;
CREATE TABLE customers (
    id bigint PRIMARY KEY,
    tenant bigint NOT NULL,
    subject bigint NOT NULL,
    data_key bytea NOT NULL,
    email bytea NOT NULL,
    aadhaar bytea,
    age integer,
    "on" text NOT NULL,
    "it's ""odd""; --" text,
    phone2 text
);
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON customers USING (tenant = current_setting('app.tenant')::bigint);
CREATE TABLE audit (id bigint PRIMARY KEY, tenant bigint NOT NULL, actor bigint, details jsonb);
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit USING (tenant = current_setting('app.tenant')::bigint);
CREATE TABLE shop.plans (id bigint PRIMARY KEY, name text);
CREATE VIEW contacts AS SELECT email, age AS years FROM customers;
