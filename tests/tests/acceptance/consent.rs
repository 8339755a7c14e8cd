//! M111, M113, attack 67: purpose travels with an event, and is checked again at delivery.

use boundary_runtime::control::Decision;
use boundary_runtime::store::StoreError;
use boundary_runtime::{AccessError, Clock, GrantProblem, Misuse, Pseudonyms, Refusal};
use payments_model::policy::{purpose, region};
use payments_model::{NewOfferSelected, OfferSelected};

use crate::support::{Site, refusal};

impl Site<region::In> {
    async fn offer(&self, id: &str, subject: &str) -> OfferSelected {
        let new = NewOfferSelected {
            id: id.into(),
            email: "someone@example.org".into(),
            offer: "10 %".into(),
        };
        new.seal(
            &self.session::<purpose::Marketing>().await,
            &self.residence(subject),
        )
        .unwrap()
    }

    async fn deliver(&self, sink: &str) -> Result<(Vec<String>, usize), StoreError> {
        let session = self.session::<purpose::Marketing>().await;
        let pseudonyms = self.pseudonyms().await;
        let batch = self
            .store
            .take::<OfferSelected, _, purpose::Marketing>(&session, &self.control, &pseudonyms, sink, 100)
            .await?;
        let ids = batch
            .deliveries
            .iter()
            .map(|delivery| delivery.event.id.clone())
            .collect();
        for delivery in &batch.deliveries {
            let email = delivery.event.email(&session, &delivery.grant).unwrap();
            assert_eq!(email.disclose("compare in a test"), "someone@example.org");
        }
        self.store.settle(batch.deliveries).await?;
        Ok((ids, batch.withheld))
    }
}

#[tokio::test]
async fn attack_67_an_event_whose_consent_was_withdrawn_after_it_was_queued_is_withheld() {
    let site = Site::<region::In>::new().await;
    for subject in ["priya", "rohan"] {
        site.decide(subject, "marketing", Decision::Granted).await;
        let (session, grant) = (
            site.session::<purpose::Marketing>().await,
            site.grant::<purpose::Marketing>(subject).await,
        );
        site.store
            .emit(&session, &grant, &site.offer(subject, subject).await)
            .await
            .unwrap();
    }
    site.decide("priya", "marketing", Decision::Withdrawn).await;
    assert_eq!(
        site.deliver("in_events").await.unwrap(),
        (vec!["rohan".to_owned()], 1)
    );
    assert_eq!(
        site.store.queue_length().await.unwrap(),
        0,
        "the withheld event is still there"
    );
}

#[tokio::test]
async fn after_a_withdrawal_no_new_event_is_emitted() {
    let site = Site::<region::In>::new().await;
    site.decide("priya", "marketing", Decision::Granted).await;
    let (session, grant) = (
        site.session::<purpose::Marketing>().await,
        site.grant::<purpose::Marketing>("priya").await,
    );
    let event = site.offer("1", "priya").await;
    site.decide("priya", "marketing", Decision::Withdrawn).await;
    let error = refusal(site.store.emit(&session, &grant, &event).await);
    assert!(
        matches!(
            error,
            StoreError::Access(AccessError::Grant(GrantProblem::Withdrawn))
        ),
        "{error}"
    );
    assert_eq!(site.store.queue_length().await.unwrap(), 0);
}

#[tokio::test]
async fn a_grant_of_another_subject_emits_nothing() {
    let site = Site::<region::In>::new().await;
    site.decide("rohan", "marketing", Decision::Granted).await;
    let (session, grant) = (
        site.session::<purpose::Marketing>().await,
        site.grant::<purpose::Marketing>("rohan").await,
    );
    let error = refusal(
        site.store
            .emit(&session, &grant, &site.offer("1", "priya").await)
            .await,
    );
    assert!(
        matches!(
            error,
            StoreError::Access(AccessError::Caller(Misuse::GrantOfAnotherSubject))
        ),
        "{error}"
    );
}

#[tokio::test]
async fn events_go_to_sinks_of_their_own_region_only() {
    let site = Site::<region::In>::new().await;
    for sink in ["eu_events", "hub_inbox"] {
        let error = refusal(site.deliver(sink).await);
        assert!(
            matches!(
                error,
                StoreError::Access(AccessError::Policy(Refusal::Sink { .. }))
            ),
            "{error}"
        );
    }
    let error = refusal(site.deliver("analytics_lake").await);
    assert!(
        matches!(
            error,
            StoreError::Access(AccessError::Policy(Refusal::Unknown { .. }))
        ),
        "{error}"
    );
}

/// What is taken and not settled is there again: a consumer that dies loses nothing.
#[tokio::test]
async fn delivery_is_at_least_once() {
    let site = Site::<region::In>::new().await;
    site.decide("priya", "marketing", Decision::Granted).await;
    let (session, grant) = (
        site.session::<purpose::Marketing>().await,
        site.grant::<purpose::Marketing>("priya").await,
    );
    site.store
        .emit(&session, &grant, &site.offer("1", "priya").await)
        .await
        .unwrap();
    let pseudonyms = site.pseudonyms().await;
    let batch = site
        .store
        .take::<OfferSelected, _, purpose::Marketing>(&session, &site.control, &pseudonyms, "in_events", 10)
        .await
        .unwrap();
    assert_eq!(batch.deliveries.len(), 1);
    drop(batch);
    assert_eq!(site.deliver("in_events").await.unwrap().0, ["1"]);
    assert!(site.deliver("in_events").await.unwrap().0.is_empty());
}

/// M86: an event of a tenant whose authority is closed stays queued and holds up nobody else's.
#[tokio::test]
async fn a_suspended_tenant_holds_up_no_other_tenants_events() {
    let site = Site::<region::In>::new().await;
    let neighbour = boundary_runtime::TenantId::new("umbrella");
    let operator = boundary_runtime::Principal::new("operations", "operator");
    site.vault.provision(&operator, &neighbour).await.unwrap();
    for tenant in [&site.tenant, &neighbour] {
        let tenants = std::slice::from_ref(tenant);
        let service = boundary_runtime::Principal::new("test", "service");
        let session = site
            .vault
            .session::<purpose::Marketing>(&service, tenants)
            .await
            .unwrap();
        let pseudonyms = site.vault.pseudonyms(tenants).await.unwrap();
        let residence = site.control.register(tenant, &"priya".into(), "IN").unwrap();
        site.ledger
            .append(&[boundary_runtime::control::ConsentEntry {
                at: site.clock.now(),
                tenant: tenant.clone(),
                subject: pseudonyms.pseudonym(tenant, &"priya".into()).unwrap(),
                purpose: "marketing".to_owned(),
                decision: Decision::Granted,
            }])
            .unwrap();
        let grant = site
            .control
            .grant(&pseudonyms, tenant, &"priya".into(), site.clock.now())
            .unwrap();
        let id = tenant.to_string();
        let new = NewOfferSelected {
            id,
            email: "a@example.org".into(),
            offer: "10 %".into(),
        };
        let event = new.seal(&session, &residence).unwrap();
        site.store.emit(&session, &grant, &event).await.unwrap();
    }
    let both = [site.tenant.clone(), neighbour.clone()];
    let pseudonyms = site.vault.pseudonyms(&both).await.unwrap();
    site.vault.suspend(&operator, &site.tenant).await.unwrap();
    let audit = std::fs::read_to_string(site.data().join("audit.journal")).unwrap();
    assert!(
        audit.contains("suspend: begun"),
        "the act is not in the log on disk"
    );

    let service = boundary_runtime::Principal::new("test", "service");
    let session = site
        .vault
        .session::<purpose::Marketing>(&service, std::slice::from_ref(&neighbour))
        .await
        .unwrap();
    let batch = site
        .store
        .take::<OfferSelected, _, purpose::Marketing>(&session, &site.control, &pseudonyms, "in_events", 10)
        .await
        .unwrap();
    assert_eq!(
        (batch.deliveries.len(), batch.withheld, batch.unavailable),
        (1, 0, 1)
    );
    assert_eq!(batch.deliveries[0].event.tenant, neighbour);
    site.store.settle(batch.deliveries).await.unwrap();
    assert_eq!(
        site.store.queue_length().await.unwrap(),
        1,
        "the suspended tenant's event is gone"
    );
}
