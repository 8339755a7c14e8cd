//! One request to AWS KMS, in the time that it has.

use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::types::{KeyMetadata, KeyState as State};
use boundary_runtime::KeyError;

use super::KmsCustody;
use super::refusal::Refusal;
use crate::keys::Authority;

impl KmsCustody {
    /// The answer to a request, or why there is none.
    pub(super) async fn ask<T, E>(
        &self,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Refusal>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match tokio::time::timeout(self.budget, request).await {
            Ok(answer) => answer.map_err(|error| Refusal::of(&error, self.budget)),
            Err(_) => Err(KeyError::TooSlow { budget: self.budget }.into()),
        }
    }

    /// What KMS says of the key of this name, if there is one. It must be of the client's AWS region.
    pub(super) async fn find(&self, name: &str) -> Result<Option<KeyMetadata>, KeyError> {
        let answer = match self.ask(self.client.describe_key().key_id(name).send()).await {
            Ok(answer) => answer,
            Err(Refusal::NotFound) => return Ok(None),
            Err(Refusal::Key(error)) => return Err(error),
            Err(Refusal::State | Refusal::Taken) => return Err(unexpected("a description of the key")),
        };
        let found = answer
            .key_metadata
            .ok_or_else(|| unexpected("a description of the key"))?;
        super::arn::check_region(arn_of(&found)?, &self.aws_region)?;
        Ok(Some(found))
    }

    /// Why a key was not used, where KMS said no more than that its state forbids it.
    pub(super) async fn why_not(&self, name: &str, authority: &Authority, refusal: Refusal) -> KeyError {
        if !matches!(refusal, Refusal::State) {
            return refusal.about(authority);
        }
        match self.find(name).await {
            Ok(Some(found)) => check_usable(&found).err().unwrap_or(KeyError::Disabled),
            Ok(None) => authority.unknown(),
            // It may be that only using it is allowed. What is certain is that it cannot be used.
            Err(KeyError::Denied(_)) => KeyError::Disabled,
            Err(error) => error,
        }
    }
}

/// Refuses a key that cannot be used now.
pub(super) fn check_usable(found: &KeyMetadata) -> Result<(), KeyError> {
    match found.key_state() {
        Some(State::Enabled) => Ok(()),
        Some(State::PendingDeletion | State::PendingReplicaDeletion) => Err(KeyError::PendingDeletion),
        Some(State::Unavailable) => Err(KeyError::Unreachable(
            "AWS KMS does not reach the key store that the key is in".to_owned(),
        )),
        _ => Err(KeyError::Disabled),
    }
}

pub(super) fn arn_of(found: &KeyMetadata) -> Result<&str, KeyError> {
    found.arn().ok_or_else(|| unexpected("the key's ARN"))
}

/// KMS answered, and what an answer always has was not there.
pub(super) fn unexpected(missing: &str) -> KeyError {
    KeyError::Unreachable(format!("AWS KMS answered without {missing}"))
}
