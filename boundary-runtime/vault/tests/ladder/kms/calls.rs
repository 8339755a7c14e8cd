//! How often KMS is asked.

use boundary_runtime::audit::{Audit, AuditRecord};
use boundary_runtime::journal::Head;
use boundary_runtime::{AuditError, TenantId};

use super::meter::Meter;
use super::*;
use crate::drill::{RUNG, place_with};
use crate::support::{Customer, operator, policy};

const TENANT: &str = "acme";

/// Opens of one field, evenly over so many leases.
const OPENS: usize = 1_000_000;
const LEASES: usize = 10;

/// A million records would be a quarter of a gigabyte.
struct NoAudit;

impl Audit for NoAudit {
    fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
        Ok(())
    }
    fn flush(&self) -> Result<Head, AuditError> {
        Ok(Head {
            sequence: 0,
            hash: [0; 32],
        })
    }
}

#[tokio::test]
async fn a_million_opens_ask_kms_once_a_lease_and_for_no_record() {
    let provider = Provider::new();
    let meter = Meter::new();
    let custody: Arc<dyn Custody> = Arc::new(provider.again(|sdk| sdk.interceptor(meter.clone())));
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let place = place_with(&folder, &custody, Arc::default(), Arc::new(NoAudit)).await;
    let tenant = TenantId::new(TENANT);
    place
        .vault
        .provision_under(&operator(), &tenant, RUNG, &KeyRequest::Make)
        .await
        .unwrap();
    let session = place.session(&[TENANT]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence(TENANT, "s-1"), 1).unwrap();
    let lease = policy().keys().lease;
    place.wait(lease);

    let before = meter.sent().len();
    for _ in 0..LEASES {
        let session = place.session(&[TENANT]).await.unwrap();
        let grant = place.grant(&customer).await;
        for _ in 0..OPENS / LEASES {
            customer.email(&session, &grant).unwrap();
        }
        // A session of the same lease costs nothing either.
        place.session(&[TENANT]).await.unwrap();
        place.wait(lease);
    }
    let asked = meter.sent().split_off(before);
    assert_eq!(
        asked,
        vec!["Decrypt"; LEASES],
        "{OPENS} opens over {LEASES} leases"
    );
}
