//! Three ways to deploy: a region's own program, several countries from one program, and one program that is also the
//! central one. What the third moves from compile time to run time is tested here; docs/deployments.md says it in words.

use std::future::Future;
use std::pin::Pin;

use boundary_runtime::{Central, InCountry, Principal, Refusal, Region, Session};
use payments_model::policy::{self, Deployment, purpose, region};

use crate::support::{Site, refusal};

/// A program for every plane: in a region it seals and opens, on the central plane it has a session that opens nothing.
struct Everywhere;

impl Deployment for Everywhere {
    type Output = Pin<Box<dyn Future<Output = String>>>;

    fn in_country<R: region::Declared>(self) -> Self::Output {
        Box::pin(async {
            let site = Site::<R>::new().await;
            let customer = site.customer(1, "priya", "Pune").await;
            let session = site.session::<purpose::Billing>().await;
            let email = customer.email(&session, &site.grant("priya").await).unwrap();
            format!("{}: {}", R::NAME, email.disclose("a test compares it"))
        })
    }

    fn central(self) -> Self::Output {
        Box::pin(async {
            let session =
                Session::<Central, purpose::Analytics>::central(Principal::new("report", "analyst"));
            format!("central: {session:?}")
        })
    }
}

#[tokio::test]
async fn one_program_runs_on_the_plane_of_the_region_that_it_is_told() {
    let told = |region| policy::deploy(region, Everywhere).unwrap();
    assert_eq!(told("in").await, "in: priya@example.org");
    assert_eq!(told("eu").await, "eu: priya@example.org");
    assert_eq!(
        told("hub").await,
        "central: Session(report as analyst for analytics)"
    );
}

#[tokio::test]
async fn a_region_that_the_policy_does_not_declare_runs_nothing() {
    for name in ["", "IN", "us", "in "] {
        let refused = refusal(policy::deploy(name, Everywhere));
        let unknown = Refusal::Unknown {
            kind: "region",
            name: name.to_owned(),
        };
        assert_eq!(refused, unknown);
    }
}

/// What moves to run time first: which region a field that is pinned to one is asked for in.
#[tokio::test]
async fn a_session_is_one_of_a_named_region_in_that_region_only() {
    async fn is_in<R: region::Declared>() -> bool {
        let session: Session<InCountry<R>, purpose::Billing> = Site::<R>::new().await.session().await;
        assert_eq!(session.in_region::<R>().map(Session::region), Some(R::NAME));
        session.in_region::<region::In>().is_some()
    }
    assert!(is_in::<region::In>().await);
    assert!(!is_in::<region::Eu>().await);
}

/// What moves to run time second: whether the process is in the country at all. The hub's process has the vault's code
/// when it is the same program; told that it is in a region, it holds none of the region's keys.
#[tokio::test]
async fn attack_88_the_hub_is_told_that_it_is_in_the_country() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let grant = site.grant::<purpose::Billing>("priya").await;

    // The hub: the same code, told the same region, in a folder of its own.
    let hub = Site::<region::In>::new().await;
    let session = hub.session::<purpose::Billing>().await;
    let refused = refusal(customer.email(&session, &grant));
    assert!(!refused.to_string().contains("priya"), "{refused}");
    // The region itself opens it, so the record was not at fault.
    let session = site.session::<purpose::Billing>().await;
    assert!(customer.email(&session, &grant).is_ok());
    assert_eq!(region::In::NAME, "in");
}
