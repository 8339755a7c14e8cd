//! M114 as far as this release reaches, and attack 70: erasure in rows, keys and queue, and after a restore.

use boundary_runtime::control::Decision;
use boundary_runtime::erasure::Eraser;
use boundary_runtime::store::Erased;
use boundary_runtime::{AccessError, Clock, GrantProblem, SubjectId};
use payments_model::policy::{purpose, region};
use payments_model::{Customer, NewOfferSelected, Payment};

use crate::support::{DECLARATIONS, Site, refusal};

impl Site<region::In> {
    async fn erase(&self, subject: &str) -> Erased {
        let pseudonyms = self.pseudonyms().await;
        let eraser = Eraser {
            store: &self.store,
            ledger: &self.ledger,
            control: &self.control,
            pseudonyms: &pseudonyms,
            tables: &DECLARATIONS,
        };
        let session = self.session::<purpose::Support>().await;
        eraser
            .erase(&session, &self.tenant, &SubjectId::new(subject))
            .await
            .unwrap()
    }

    async fn replay_tombstones(&self) -> Erased {
        let pseudonyms = self.pseudonyms().await;
        let eraser = Eraser {
            store: &self.store,
            ledger: &self.ledger,
            control: &self.control,
            pseudonyms: &pseudonyms,
            tables: &DECLARATIONS,
        };
        eraser
            .replay_tombstones(&self.session::<purpose::Support>().await)
            .await
            .unwrap()
    }

    async fn fill(&self) {
        for (id, subject) in [(1, "priya"), (2, "rohan")] {
            self.store
                .put(&self.customer(id, subject, "qzpune").await)
                .await
                .unwrap();
            self.store
                .put(&self.payment(id, subject, "qzpune", 100).await)
                .await
                .unwrap();
            self.decide(subject, "marketing", Decision::Granted).await;
            let new = NewOfferSelected {
                id: subject.into(),
                email: "a@example.org".into(),
                offer: "10 %".into(),
            };
            let session = self.session::<purpose::Marketing>().await;
            let event = new.seal(&session, &self.residence(subject)).unwrap();
            let grant = self.grant::<purpose::Marketing>(subject).await;
            self.store.emit(&session, &grant, &event).await.unwrap();
        }
        self.store
            .save_residences(vec![self.residence("priya"), self.residence("rohan")])
            .await
            .unwrap();
    }
}

fn holds(file: &std::path::Path, text: &str) -> bool {
    std::fs::read(file)
        .unwrap()
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn an_erased_subject_is_gone_from_rows_keys_queue_and_map_and_its_neighbour_is_not() {
    let site = Site::<region::In>::new().await;
    site.fill().await;
    assert!(holds(&site.data().join("rows.sqlite"), "priya"));
    assert_eq!(
        site.erase("priya").await,
        Erased {
            rows: 2,
            data_keys: 2,
            events: 1
        }
    );

    let subject = SubjectId::new("priya");
    assert!(
        site.store
            .of_subject::<Customer>(&site.tenant, &subject)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(site.control.residence(&site.tenant, &subject).is_err());
    let pseudonyms = site.pseudonyms().await;
    let grant = site
        .control
        .grant::<purpose::Billing>(&pseudonyms, &site.tenant, &subject, site.clock.now());
    assert_eq!(refusal(grant), AccessError::Grant(GrantProblem::Erased));
    for file in ["rows.sqlite", "keys.sqlite", "audit.journal", "consent.journal"] {
        assert!(
            !holds(&site.data().join(file), "priya"),
            "the subject's identifier is still in {file}"
        );
    }

    assert_eq!(site.store.all::<Payment>().await.unwrap().len(), 1);
    assert_eq!(site.store.queue_length().await.unwrap(), 1);
    let neighbour = site
        .store
        .get::<Customer>(&site.tenant, "2")
        .await
        .unwrap()
        .unwrap();
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("rohan").await,
    );
    assert!(neighbour.email(&session, &grant).is_ok());
}

/// Attack 70: a backup from before an erasure is restored. Rows alone do not open; rows with keys are erased again.
#[tokio::test]
async fn attack_70_a_restored_backup_is_erased_again_before_it_serves() {
    let site = Site::<region::In>::new().await;
    site.fill().await;
    let (data, folder) = (site.data(), site.folder.clone());
    for file in ["rows.sqlite", "keys.sqlite"] {
        std::fs::copy(data.join(file), data.join(format!("{file}.backup"))).unwrap();
    }
    site.erase("priya").await;
    drop(site);

    // Rows from a long-kept backup, the key table as it is: the record is not there, for it could not be opened.
    std::fs::copy(data.join("rows.sqlite.backup"), data.join("rows.sqlite")).unwrap();
    let site = Site::<region::In>::open(folder.clone()).await;
    assert!(
        site.store
            .get::<Customer>(&site.tenant, "1")
            .await
            .unwrap()
            .is_none()
    );
    drop(site);

    // Both restored: the tombstones in the ledger erase again.
    std::fs::copy(data.join("keys.sqlite.backup"), data.join("keys.sqlite")).unwrap();
    let site = Site::<region::In>::open(folder).await;
    assert!(
        site.store
            .get::<Customer>(&site.tenant, "1")
            .await
            .unwrap()
            .is_some(),
        "nothing was restored"
    );
    assert_eq!(
        site.replay_tombstones().await,
        Erased {
            rows: 2,
            data_keys: 2,
            events: 1
        }
    );
    assert!(
        site.store
            .get::<Customer>(&site.tenant, "1")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        site.store
            .get::<Customer>(&site.tenant, "2")
            .await
            .unwrap()
            .is_some()
    );
}
