//! Disabling, enabling and destroying the keys that this custody made. A designated key never comes here.

use std::time::Duration;

use aws_sdk_kms::types::{KeyMetadata, KeyState as State};
use boundary_runtime::{KeyError, Timestamp};

use super::KmsCustody;
use super::calls::{arn_of, check_usable, unexpected};
use super::material;
use super::provision::SHORTEST_WAITING;
use super::refusal::Refusal;
use crate::custody::{CustodyKey, Destruction, KeyState, Origin};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest time after which KMS destroys a key, in days.
const LONGEST_WAITING: u32 = 30;

impl KmsCustody {
    pub(super) async fn disable_own(&self, key: CustodyKey<'_>) -> Result<(), KeyError> {
        let found = self.own(key).await?;
        match found.key_state() {
            Some(State::Disabled) => return Ok(()),
            Some(State::PendingDeletion) => return Err(KeyError::PendingDeletion),
            _ if material::is_missing(&found) => return Err(without_material()),
            _ => {}
        }
        let name = arn_of(&found)?;
        match self.ask(self.client.disable_key().key_id(name).send()).await {
            Ok(_) => Ok(()),
            Err(refusal) => Err(self.why_not(name, key.authority, refusal).await),
        }
    }

    pub(super) async fn enable_own(&self, key: CustodyKey<'_>) -> Result<(), KeyError> {
        let found = self.own(key).await?;
        if material::is_missing(&found) {
            return Err(without_material());
        }
        let name = arn_of(&found)?;
        let about = |refusal: Refusal| refusal.about(key.authority);
        match found.key_state() {
            Some(State::Enabled) => return Ok(()),
            Some(State::PendingDeletion) => {
                let taken_back = self
                    .ask(self.client.cancel_key_deletion().key_id(name).send())
                    .await;
                taken_back.map_err(about)?;
                // Imported material may have been deleted in the meantime.
                if self
                    .find(name)
                    .await?
                    .is_some_and(|found| material::is_missing(&found))
                {
                    return Err(without_material());
                }
            }
            _ => {}
        }
        let enabled = self.ask(self.client.enable_key().key_id(name).send()).await;
        enabled.map(drop).map_err(about)
    }

    pub(super) async fn schedule_own(
        &self,
        key: CustodyKey<'_>,
        waiting: Duration,
    ) -> Result<Timestamp, KeyError> {
        let days = days_of(waiting)?;
        let found = self.own(key).await?;
        self.schedule(&found, key, days).await
    }

    pub(super) async fn destroy_own(&self, key: CustodyKey<'_>) -> Result<Destruction, KeyError> {
        let name = self.named(key)?;
        let Some(found) = self.find(name).await? else {
            return Ok(Destruction::Done);
        };
        self.check_own(key, &found).await?;
        if key.origin == Origin::Imported && !material::is_missing(&found) {
            let gone = self
                .ask(self.client.delete_imported_key_material().key_id(name).send())
                .await;
            match gone {
                // Where KMS keeps the material of a key that waits for its deletion, nobody can use it either.
                Ok(_) | Err(Refusal::State) => {}
                Err(refusal) => return Err(refusal.about(key.authority)),
            }
        }
        self.schedule(&found, key, SHORTEST_WAITING)
            .await
            .map(Destruction::Due)
    }

    /// The moment at which KMS destroys the key: the one that was set before, or one after so many days.
    async fn schedule(
        &self,
        found: &KeyMetadata,
        key: CustodyKey<'_>,
        days: u32,
    ) -> Result<Timestamp, KeyError> {
        if let Some(due) = due_of(found) {
            return Ok(due);
        }
        let name = arn_of(found)?;
        let days = i32::try_from(days).map_err(|_| unexpected("a waiting period"))?;
        let request = self
            .client
            .schedule_key_deletion()
            .key_id(name)
            .pending_window_in_days(days);
        let due = match self.ask(request.send()).await {
            Ok(answer) => answer.deletion_date().and_then(moment),
            // Somebody else was faster.
            Err(Refusal::State) => self.find(name).await?.as_ref().and_then(due_of),
            Err(refusal) => return Err(refusal.about(key.authority)),
        };
        due.ok_or_else(|| unexpected("the moment of the key's deletion"))
    }

    /// The key, if it is the authority's own. A record that was altered to name another one changes nothing of that.
    async fn own(&self, key: CustodyKey<'_>) -> Result<KeyMetadata, KeyError> {
        let found = self.find(self.named(key)?).await?;
        let found = found.ok_or_else(|| key.authority.unknown())?;
        self.check_own(key, &found).await?;
        Ok(found)
    }

    async fn check_own(&self, key: CustodyKey<'_>, found: &KeyMetadata) -> Result<(), KeyError> {
        let alias = self.alias(key.authority, key.origin);
        match self.find(&alias).await? {
            Some(named) if arn_of(&named)? == arn_of(found)? => Ok(()),
            Some(_) => Err(KeyError::WrongAuthority),
            None => Err(KeyError::Denied(format!(
                "the key `{}` has lost `{alias}`, by which it is known to be the authority's; create the alias again",
                key.reference
            ))),
        }
    }
}

/// The state that KMS's description of a key says.
pub(super) fn state_of(found: &KeyMetadata) -> Result<KeyState, KeyError> {
    match check_usable(found) {
        Ok(()) => Ok(KeyState::Enabled),
        Err(KeyError::PendingDeletion) => Ok(KeyState::PendingDeletion(due_of(found))),
        Err(KeyError::Disabled) => Ok(KeyState::Disabled),
        Err(error) => Err(error),
    }
}

fn due_of(found: &KeyMetadata) -> Option<Timestamp> {
    let is_pending = found.key_state() == Some(&State::PendingDeletion);
    found.deletion_date().filter(|_| is_pending).and_then(moment)
}

fn moment(date: &aws_sdk_kms::primitives::DateTime) -> Option<Timestamp> {
    let millis = date.to_millis().ok()?;
    u64::try_from(millis).ok().map(Timestamp::from_millis)
}

/// The waiting period in KMS's days: never shorter than what was asked for.
fn days_of(waiting: Duration) -> Result<u32, KeyError> {
    let days = waiting.as_nanos().div_ceil(DAY.as_nanos());
    match u32::try_from(days) {
        Ok(days) if days <= LONGEST_WAITING => Ok(days.max(SHORTEST_WAITING)),
        _ => Err(KeyError::Denied(format!(
            "AWS KMS waits {LONGEST_WAITING} days at most before it destroys a key, and {days} were asked for"
        ))),
    }
}

fn without_material() -> KeyError {
    KeyError::Denied(
        "the authority's key has no material in AWS KMS; whoever holds it has to import it again, or the key has to be destroyed"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_period_is_never_shorter_than_asked_for() {
        let days = |days: u32, seconds: u64| days_of(DAY * days + Duration::from_secs(seconds));
        assert_eq!((days(0, 0), days(1, 0), days(7, 0)), (Ok(7), Ok(7), Ok(7)));
        assert_eq!((days(7, 1), days(29, 1), days(30, 0)), (Ok(8), Ok(30), Ok(30)));
        assert!(matches!(days(30, 1), Err(KeyError::Denied(_))));
        assert!(matches!(days_of(Duration::MAX), Err(KeyError::Denied(_))));
    }
}
