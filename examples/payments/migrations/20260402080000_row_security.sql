-- A tenant sees its own rows, whatever a query forgets; the owner of the tables is no exception. The service says in every transaction for
-- whom it works: SET LOCAL app.tenant = '…'. Without it nothing is seen.
ALTER TABLE customers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON customers USING (tenant = current_setting('app.tenant', true));

ALTER TABLE payments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON payments USING (tenant = current_setting('app.tenant', true));
