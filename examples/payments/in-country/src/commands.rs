//! The commands: what a payments company does with a customer, each on the paved path.

use std::path::Path;

use boundary_runtime::control::{ConsentEntry, Decision};
use boundary_runtime::erasure::Eraser;
use boundary_runtime::release::{BorderQueue, Gate};
use boundary_runtime::{
    AccessError, Clock, Grant, Principal, Pseudonyms, Purpose, SubjectId, SystemClock, TenantId, TenantRecord,
};
use indicatif::{ProgressBar, ProgressStyle};
use payments_model::policy::{purpose, region};
use payments_model::{
    Customer, NewCustomer, NewOfferSelected, NewPayment, OfferSelected, Payment, PaymentStatus, Plan,
    customer, payment,
};
use serde_json::{Value, json};

use crate::people::{People, Person};
use crate::service::{DECLARATIONS, Failure, Service};

/// Records written in one transaction.
const BATCH: usize = 2_000;

/// The identifier of the customer that `signup` makes and the later commands are about.
const PRIYA: i64 = 1_000_001;

impl<R: region::Declared> Service<R> {
    pub(crate) async fn provision(&self, migrations: &Path, public_keys: &Path) -> Result<Value, Failure> {
        let operator = Principal::new("onboarding", "operator");
        for tenant in &self.tenants {
            self.vault.provision(&operator, tenant).await?;
        }
        let migrations = self.store.migrate(migrations).await?;
        let key = data_encoding::HEXLOWER.encode(&self.public_key());
        std::fs::write(public_keys.join(format!("{}.key", R::NAME)), key)?;
        Ok(json!({ "tenants": self.tenants.len(), "migrations": migrations }))
    }

    pub(crate) async fn seed(&self, customers: usize, payments: usize) -> Result<Value, Failure> {
        let session = self.session::<purpose::Billing>("signup", "service").await?;
        let pseudonyms = self.vault.pseudonyms(&self.tenants).await?;
        let progress = progress((customers + payments) as u64);
        let mut people = People::of(R::NAME);
        let everybody: Vec<Person> = people.by_ref().take(customers).collect();
        let mut residences = Vec::with_capacity(customers);
        let mut consents = Vec::new();
        for (number, person) in everybody.iter().enumerate() {
            residences.push(
                self.control
                    .register(&person.tenant, &person.subject, R::JURISDICTION)?,
            );
            // Two in three agree to marketing.
            if number % 3 != 0 {
                consents.push(consent(&pseudonyms, person, Decision::Granted)?);
            }
        }
        self.store.save_residences(residences.clone()).await?;
        self.ledger.append(&consents)?;

        let mut numbers: i64 = 0;
        for chunk in everybody.chunks(BATCH).zip(residences.chunks(BATCH)) {
            let mut records = Vec::with_capacity(BATCH);
            for (person, residence) in chunk.0.iter().zip(chunk.1) {
                numbers += 1;
                records.push(new_customer(numbers, person).seal(&session, residence)?);
            }
            self.store.put_all(&records).await?;
            progress.inc(records.len() as u64);
        }
        let mut total = 0;
        let mut number: i64 = 0;
        while usize::try_from(number)? < payments {
            let mut records = Vec::with_capacity(BATCH);
            while records.len() < BATCH && usize::try_from(number)? < payments {
                let whose = usize::try_from(number)? % customers;
                let amount = people.amount();
                total += amount;
                number += 1;
                let new = new_payment(number, &everybody[whose].city, people.card(), amount);
                records.push(new.seal(&session, &residences[whose])?);
            }
            self.store.put_all(&records).await?;
            progress.inc(records.len() as u64);
        }
        progress.finish_and_clear();
        Ok(json!({ "customers": customers, "payments": payments, "sum": total }))
    }

    pub(crate) async fn signup(&self) -> Result<Value, Failure> {
        let person = self.priya();
        let residence = self
            .control
            .register(&person.tenant, &person.subject, R::JURISDICTION)?;
        self.store.save_residences(vec![residence.clone()]).await?;
        let session = self.session::<purpose::Billing>("signup", "service").await?;
        let pseudonyms = self.vault.pseudonyms(&self.tenants).await?;
        self.ledger
            .append(&[consent(&pseudonyms, &person, Decision::Granted)?])?;
        let record = new_customer(PRIYA, &person).seal(&session, &residence)?;
        self.store.put(&record).await?;

        let card = People::of(R::NAME).card();
        let payment = new_payment(PRIYA, &person.city, card, 12_500).seal(&session, &residence)?;
        self.store.put(&payment).await?;
        let charged = self
            .store
            .get::<Payment>(&person.tenant, &PRIYA.to_string())
            .await?
            .ok_or("the payment was not found")?;
        let grant = self.grant::<purpose::Billing>(&pseudonyms, &person.tenant, &person.subject)?;
        let card = charged.card_number(&session, &grant)?;
        let digits = card.disclose("authorise the payment with the card network").len();
        Ok(json!({ "region": residence.region(), "tenant": person.tenant, "card_digits_authorised": digits }))
    }

    pub(crate) async fn support(&self) -> Result<Value, Failure> {
        let record = self.customer().await?;
        let session = self
            .session::<purpose::Support>("agent-7", "support_agent")
            .await?;
        let pseudonyms = self.vault.pseudonyms(&self.tenants).await?;
        let grant = self.grant::<purpose::Support>(&pseudonyms, record.tenant(), record.subject())?;
        let name = record.name(&session, &grant)?;
        let email = record.email(&session, &grant)?;
        let view = (
            initial(name.disclose("greet the customer by its initial")),
            initial(email.disclose("let the customer confirm its address by its first letter")),
        );
        // An agent may not act for billing: the role is refused before any key is used.
        let refused = self.session::<purpose::Billing>("agent-7", "support_agent").await;
        let refusal = refused.err().map(|error| error.to_string());
        Ok(json!({ "name": view.0, "email": view.1, "billing": refusal }))
    }

    pub(crate) async fn offer(&self, events: usize) -> Result<Value, Failure> {
        let session = self.session::<purpose::Marketing>("campaigns", "service").await?;
        let pseudonyms = self.vault.pseudonyms(&self.tenants).await?;
        let now = SystemClock.now();
        let mut emitted = Vec::new();
        let mut without_consent = 0;
        for record in self.store.all::<Customer>().await? {
            if emitted.len() >= events {
                break;
            }
            let (tenant, subject) = (record.tenant(), record.subject());
            let Ok(grant) = self
                .control
                .grant::<purpose::Marketing>(&pseudonyms, tenant, subject, now)
            else {
                without_consent += 1;
                continue;
            };
            let email = record.email(&session, &grant)?;
            let offer = NewOfferSelected {
                id: format!("offer-{}", record.record_id()),
                email: email.disclose("address the offer").clone(),
                offer: "10 % off the next payment".to_owned(),
            };
            let residence = self.control.residence(tenant, subject)?;
            let event = offer.seal(&session, &residence)?;
            self.store.emit(&session, &grant, &event).await?;
            emitted.push((tenant.clone(), subject.clone()));
        }
        let queued = self.store.queue_length().await?;

        // The first of them withdraws while its event is queued.
        let (tenant, subject) = emitted.first().ok_or("nobody agreed to marketing")?;
        let entry = ConsentEntry {
            at: now,
            tenant: tenant.clone(),
            subject: pseudonyms.pseudonym(tenant, subject)?,
            purpose: "marketing".to_owned(),
            decision: Decision::Withdrawn,
        };
        self.ledger.append(&[entry])?;

        let sink = format!("{}_events", R::NAME);
        let limit = u32::try_from(events)?;
        let batch = self
            .store
            .take::<OfferSelected, R, purpose::Marketing>(&session, &self.control, &pseudonyms, &sink, limit)
            .await?;
        let (delivered, withheld) = (batch.deliveries.len(), batch.withheld);
        self.store.settle(batch.deliveries).await?;
        let abroad = self
            .store
            .take::<OfferSelected, R, purpose::Marketing>(
                &session,
                &self.control,
                &pseudonyms,
                "hub_inbox",
                limit,
            )
            .await;
        Ok(json!({
            "queued": queued,
            "without_consent": without_consent,
            "delivered": delivered,
            "withheld": withheld,
            "abroad": abroad.err().map(|error| error.to_string()),
        }))
    }

    pub(crate) async fn release(&self, queue: &Path) -> Result<Value, Failure> {
        let session = self.session::<purpose::Analytics>("rollups", "analyst").await?;
        let pseudonyms = self.vault.pseudonyms(&self.tenants).await?;
        let gate = Gate::new(&session, &self.control, &pseudonyms, &*self.signer)?;
        let border = BorderQueue::open(queue)?;

        let payments = self.store.all::<Payment>().await?;
        let cohorts = gate.sum_by::<payment::City, payment::Amount>(&payments)?;
        let released = cohorts.total();
        let suppressed = cohorts.remainder().cloned();
        let groups = cohorts.cohorts().len();
        border.send(&gate.sign(cohorts)?)?;

        let customers = self.store.all::<Customer>().await?;
        let counts = gate.count_by::<customer::City>(&customers)?;
        border.send(&gate.sign(counts)?)?;
        let ages = gate.deidentify::<customer::Age>(&customers)?;
        let buckets = ages.values().len();
        border.send(&gate.sign(ages)?)?;
        let sum = released + suppressed.as_ref().and_then(|cohort| cohort.sum).unwrap_or(0);
        Ok(json!({
            "groups": groups,
            "sum_in_region": sum,
            "sum_released": released,
            "suppressed": suppressed,
            "ages": buckets,
        }))
    }

    pub(crate) async fn export(&self) -> Result<Value, Failure> {
        let record = self.customer().await?;
        let session = self
            .session::<purpose::Support>("agent-7", "support_agent")
            .await?;
        let pseudonyms = self.vault.pseudonyms(&self.tenants).await?;
        let grant = self.grant::<purpose::Support>(&pseudonyms, record.tenant(), record.subject())?;
        let reason = "answer the customer's own access request (GDPR Art. 15)";
        let (name, email) = (record.name(&session, &grant)?, record.email(&session, &grant)?);
        let phone = record.phone(&session, &grant)?;
        let city = record.city(&session, &grant)?;
        let export = json!({
            "subject": record.subject(),
            "name": name.disclose(reason),
            "email": email.disclose(reason),
            "phone": phone.as_ref().map(|phone| phone.disclose(reason)),
            "city": city.disclose(reason),
        });
        let folder = self.home.join("exports");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{PRIYA}.json"));
        std::fs::write(&path, serde_json::to_vec_pretty(&export)?)?;
        Ok(json!({ "file": path }))
    }

    pub(crate) async fn erase(&self) -> Result<Value, Failure> {
        let record = self.customer().await?;
        let session = self
            .session::<purpose::Support>("agent-7", "support_agent")
            .await?;
        let pseudonyms = self.vault.pseudonyms(&self.tenants).await?;
        let eraser = Eraser {
            store: &self.store,
            ledger: &self.ledger,
            control: &self.control,
            pseudonyms: &pseudonyms,
            tables: &DECLARATIONS,
        };
        let erased = eraser.erase(&session, record.tenant(), record.subject()).await?;
        // The record that is still in memory has its sealed fields and its data key, but nobody has leave any more.
        let grant = self.grant::<purpose::Support>(&pseudonyms, record.tenant(), record.subject());
        let left = self
            .store
            .of_subject::<Customer>(record.tenant(), record.subject())
            .await?
            .len();
        Ok(json!({
            "rows": erased.rows,
            "data_keys": erased.data_keys,
            "left": left,
            "grant": grant.err().map(|error| error.to_string()),
        }))
    }

    fn grant<U: Purpose>(
        &self,
        pseudonyms: &dyn Pseudonyms,
        tenant: &TenantId,
        subject: &SubjectId,
    ) -> Result<Grant<U>, AccessError> {
        self.control.grant(pseudonyms, tenant, subject, SystemClock.now())
    }

    fn priya(&self) -> Person {
        let mut person = People::of(R::NAME)
            .nth(4)
            .unwrap_or_else(|| unreachable!("there are endless people"));
        person.subject = format!("qzsubject-{}-priya", R::NAME).into();
        person
    }

    async fn customer(&self) -> Result<Customer, Failure> {
        let tenant = self.priya().tenant;
        let record = self.store.get::<Customer>(&tenant, &PRIYA.to_string()).await?;
        Ok(record.ok_or("no such customer; sign it up first")?)
    }
}

fn consent(
    pseudonyms: &dyn Pseudonyms,
    person: &Person,
    decision: Decision,
) -> Result<ConsentEntry, Failure> {
    Ok(ConsentEntry {
        at: SystemClock.now(),
        tenant: person.tenant.clone(),
        subject: pseudonyms.pseudonym(&person.tenant, &person.subject)?,
        purpose: "marketing".to_owned(),
        decision,
    })
}

fn new_customer(id: i64, person: &Person) -> NewCustomer {
    NewCustomer {
        id,
        name: person.name.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        national_id: person.national_id.clone(),
        city: person.city.clone(),
        age: person.age,
        plan: if id % 4 == 0 { Plan::Pro } else { Plan::Basic },
    }
}

fn new_payment(id: i64, city: &str, card_number: String, amount: i64) -> NewPayment {
    NewPayment {
        id,
        card_number,
        amount,
        city: city.to_owned(),
        status: PaymentStatus::Settled,
    }
}

/// What a support agent needs to see of a text: its first letter.
fn initial(text: &str) -> String {
    text.chars()
        .next()
        .map_or_else(String::new, |first| format!("{first}…"))
}

fn progress(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:32}] {pos}/{len} {eta}");
    let bar = ProgressBar::new(steps).with_message("sealing");
    style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}
