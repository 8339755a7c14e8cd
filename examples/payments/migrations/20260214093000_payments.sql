CREATE TABLE payments (
    id bigint NOT NULL,
    tenant text NOT NULL,
    subject text NOT NULL,
    card_number bytea NOT NULL,
    amount bigint NOT NULL,
    status text NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE INDEX payments_subject ON payments (tenant, subject);
