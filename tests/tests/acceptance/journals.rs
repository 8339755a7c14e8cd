//! Attack 69 and its like for the ledger: a log that was altered, cut or set back is refused, never repaired.

use std::path::PathBuf;
use std::sync::Arc;

use boundary_runtime::Clock;
use boundary_runtime::audit::{AUDIT_JOURNAL, AuditTrail};
use boundary_runtime::control::Decision;
use boundary_runtime::journal::{JournalError, verify};
use boundary_runtime::ledger::{CONSENT_JOURNAL, ConsentLedger};
use boundary_runtime::seam::Signer;
use boundary_vault::RegionSigner;
use payments_model::policy::region;

use crate::support::{Site, refusal};

/// The closed ledger of a region: three batches of one entry each.
async fn ledger() -> (PathBuf, Arc<RegionSigner>, Arc<tempfile::TempDir>) {
    let site = Site::<region::In>::new().await;
    for subject in ["priya", "rohan", "meera"] {
        site.decide(subject, "marketing", Decision::Granted).await;
    }
    let (path, signer, folder) = (
        site.data().join("consent.journal"),
        site.signer.clone(),
        site.folder.clone(),
    );
    drop(site);
    (path, signer, folder)
}

fn check(path: &PathBuf, signer: &Arc<RegionSigner>) -> Result<u64, JournalError> {
    let opened = ConsentLedger::open(path, signer.clone()).map(|_| ());
    let verified = verify(path, CONSENT_JOURNAL, "in", &signer.verifying_key()).map(|head| head.sequence);
    assert_eq!(
        opened.is_ok(),
        verified.is_ok(),
        "owner and auditor do not agree: {opened:?} {verified:?}"
    );
    opened.and(verified)
}

#[tokio::test]
async fn a_whole_journal_verifies_with_the_public_key_alone() {
    let (path, signer, _folder) = ledger().await;
    assert_eq!(check(&path, &signer).unwrap(), 3);
    assert!(
        verify(&path, AUDIT_JOURNAL, "in", &signer.verifying_key()).is_err(),
        "another log's name"
    );
    assert!(
        verify(&path, CONSENT_JOURNAL, "eu", &signer.verifying_key()).is_err(),
        "another region's name"
    );
}

#[tokio::test]
async fn attack_69_every_altered_byte_is_found() {
    let (path, signer, _folder) = ledger().await;
    let whole = std::fs::read(&path).unwrap();
    for position in 0..whole.len() {
        let mut altered = whole.clone();
        altered[position] ^= 1;
        std::fs::write(&path, &altered).unwrap();
        let key = signer.verifying_key();
        assert!(
            verify(&path, CONSENT_JOURNAL, "in", &key).is_err(),
            "an altered byte at {position} was not found"
        );
    }
}

#[tokio::test]
async fn attack_69_removed_lines_and_a_cut_tail_are_found() {
    let (path, signer, _folder) = ledger().await;
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 6);
    for removed in 0..lines.len() {
        let rest: String = lines
            .iter()
            .enumerate()
            .filter(|(line, _)| *line != removed)
            .map(|(_, line)| *line)
            .collect();
        std::fs::write(&path, rest).unwrap();
        assert!(
            check(&path, &signer).is_err(),
            "removed line {removed} was not found"
        );
    }
    for kept in 0..whole.len() {
        std::fs::write(&path, &whole[..kept]).unwrap();
        assert!(
            verify(&path, CONSENT_JOURNAL, "in", &signer.verifying_key()).is_err(),
            "cut at {kept} was not found"
        );
    }
    // A cut at the end of a batch is whole in itself: the head file tells of what is missing.
    std::fs::write(&path, lines[..4].concat()).unwrap();
    assert!(matches!(
        check(&path, &signer),
        Err(JournalError::TailCut {
            found: 2,
            expected: 3,
            ..
        })
    ));
}

/// Set back together with its head file, a log is whole in itself. A release that went out later tells of it.
#[tokio::test]
async fn a_log_set_back_with_its_head_is_found_by_the_head_in_a_release() {
    let site = Site::<region::In>::new().await;
    for number in 0..25 {
        site.store
            .put(&site.customer(number, &format!("s{number}"), "Pune").await)
            .await
            .unwrap();
    }
    let (audit, head) = (
        site.data().join("audit.journal"),
        site.data().join("audit.journal.head"),
    );
    let (signer, folder) = (site.signer.clone(), site.folder.clone());
    let customers = site.store.all::<payments_model::Customer>().await.unwrap();
    drop(site);
    let earlier = (std::fs::read(&audit).unwrap(), std::fs::read(&head).unwrap());
    let site = Site::<region::In>::open(folder.clone()).await;
    let release = crate::support::with_gate(&site, |gate| {
        let counts = gate
            .count_by::<payments_model::customer::City>(&customers)
            .unwrap();
        gate.sign(counts).unwrap()
    })
    .await;
    drop(site);
    // What somebody would have kept from the time before the release: the first batch, and the head it had then.
    std::fs::write(&audit, earlier.0).unwrap();
    std::fs::write(&head, earlier.1).unwrap();
    let here = verify(&audit, AUDIT_JOURNAL, "in", &signer.verifying_key()).unwrap();
    assert!(
        here.sequence < release.audit_head().sequence,
        "the release does not tell of the longer log"
    );
    drop(folder);
}

#[tokio::test]
async fn a_batch_signed_by_another_key_is_refused() {
    let (path, _, _folder) = ledger().await;
    let other = Site::<region::In>::new().await;
    assert!(matches!(
        refusal(ConsentLedger::open(&path, other.signer.clone())),
        JournalError::Damaged { line: 2, .. }
    ));
}

#[tokio::test]
async fn a_journal_has_one_writer() {
    let site = Site::<region::In>::new().await;
    let error = refusal(AuditTrail::open(
        site.data().join("audit.journal"),
        site.signer.clone(),
    ));
    assert!(matches!(error, JournalError::Busy { .. }), "{error}");
    let _ = site.clock.now();
}
