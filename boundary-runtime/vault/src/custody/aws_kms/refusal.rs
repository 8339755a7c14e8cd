//! What AWS KMS answers in place of what it was asked for, as an error of the ladder.

use std::error::Error;
use std::time::Duration;

use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use boundary_runtime::KeyError;

use super::plain_http::PlainHttp;
use crate::keys::Authority;

/// The longest reason of KMS that is passed on.
const REASON_LEN: usize = 512;

/// Why a request had no success.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no such key or alias.
    NotFound,
    /// An alias of this name is there.
    Taken,
    /// The key is in a state in which KMS does not do this; the key's description says which.
    State,
    /// Anything that needs no second question.
    Key(KeyError),
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl Refusal {
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>, budget: Duration) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                by_code(answer.err().code(), answer.err().message(), status)
            }
            SdkError::TimeoutError(_) => Self::Key(KeyError::TooSlow { budget }),
            SdkError::ResponseError(answer) => Self::Key(KeyError::Unreachable(format!(
                "AWS KMS gave no answer that can be read (HTTP {})",
                answer.raw().status().as_u16()
            ))),
            _ if reasons(error).any(|reason| reason.is::<PlainHttp>()) => Self::Key(KeyError::Denied(
                "the endpoint of AWS KMS is plain HTTP, over which others could read data keys; use one with TLS".to_owned(),
            )),
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => Self::Key(
                KeyError::Unreachable(format!("no connection to AWS KMS: {}", last_reason(error))),
            ),
            // What is behind these may be a credentials provider's own words, which are not passed on.
            _ => Self::Key(KeyError::Unreachable(
                "the request to AWS KMS could not be made: look at the client's credentials, endpoint and certificates".to_owned(),
            )),
        }
    }

    /// As the error of a question that KMS's state decides nothing about.
    pub(super) fn about(self, authority: &Authority) -> KeyError {
        match self {
            Self::Key(error) => error,
            Self::NotFound => authority.unknown(),
            Self::State => KeyError::Disabled,
            Self::Taken => KeyError::Denied("AWS KMS has an alias of this name already".to_owned()),
        }
    }
}

fn by_code(code: Option<&str>, message: Option<&str>, status: u16) -> Refusal {
    let key = match code.unwrap_or_default() {
        "NotFoundException" => return Refusal::NotFound,
        "AlreadyExistsException" => return Refusal::Taken,
        "KMSInvalidStateException" => return Refusal::State,
        "DisabledException" => KeyError::Disabled,
        "IncorrectKeyException" => KeyError::WrongAuthority,
        // KMS does not say which of the two it was: other bytes, or another encryption context.
        "InvalidCiphertextException" => KeyError::Damaged(
            "AWS KMS does not unwrap the authority's wrapped keys for this authority".to_owned(),
        ),
        "IncorrectKeyMaterialException" => other_material(),
        "ThrottlingException"
        | "KMSInternalException"
        | "DependencyTimeoutException"
        | "KeyUnavailableException" => unreachable(code),
        _ if status >= 500 || status == 429 => unreachable(code),
        // KMS names who is not allowed what on which key, and no more.
        "AccessDeniedException" => {
            let reason: String = message
                .unwrap_or("AWS KMS gave no reason")
                .chars()
                .take(REASON_LEN)
                .collect();
            KeyError::Denied(reason)
        }
        // Other messages may repeat what was sent.
        _ => KeyError::Denied(format!(
            "AWS KMS answered {}",
            code.unwrap_or("with an error without a name")
        )),
    };
    Refusal::Key(key)
}

/// The authority's key in KMS is of other material.
pub(super) fn other_material() -> KeyError {
    KeyError::Denied(
        "the authority has a key of other material already; move it to a custody of its own to change its key".to_owned(),
    )
}

fn unreachable(code: Option<&str>) -> KeyError {
    KeyError::Unreachable(format!(
        "AWS KMS answered {} to every attempt",
        code.unwrap_or("with an error of its own")
    ))
}

/// An error and what led to it.
fn reasons<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> + 'a {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

fn last_reason(error: &(dyn Error + 'static)) -> String {
    reasons(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error that a key's answer becomes.
    fn error(code: &str, message: &str, status: u16) -> KeyError {
        by_code(Some(code), Some(message), status).about(&Authority::new("acme", "eu"))
    }

    #[test]
    fn every_answer_of_kms_is_an_error_of_the_ladder() {
        let unknown = Authority::new("acme", "eu").unknown();
        assert_eq!(error("NotFoundException", "", 400), unknown);
        assert_eq!(error("DisabledException", "", 400), KeyError::Disabled);
        assert_eq!(error("IncorrectKeyException", "", 400), KeyError::WrongAuthority);
        for (code, status) in [
            ("ThrottlingException", 400),
            ("KMSInternalException", 500),
            ("DependencyTimeoutException", 503),
            ("KeyUnavailableException", 500),
            ("SomethingNew", 503),
            ("SomethingNew", 429),
        ] {
            assert!(
                matches!(error(code, "", status), KeyError::Unreachable(_)),
                "{code}"
            );
        }
        assert!(matches!(
            error("InvalidCiphertextException", "", 400),
            KeyError::Damaged(_)
        ));
    }

    #[test]
    fn an_answer_that_is_not_known_is_a_refusal_and_does_not_repeat_what_was_sent() {
        let refused = error(
            "ValidationException",
            "value AQIDAHh at 'ciphertextBlob' is too long",
            400,
        );
        assert_eq!(
            refused,
            KeyError::Denied("AWS KMS answered ValidationException".to_owned())
        );
        assert!(matches!(
            by_code(None, None, 400),
            Refusal::Key(KeyError::Denied(_))
        ));
    }

    #[test]
    fn a_denied_access_says_whose_and_to_what() {
        let message = "User: arn:aws:iam::1:role/payments is not authorized to perform: kms:Decrypt";
        assert_eq!(
            error("AccessDeniedException", message, 400),
            KeyError::Denied(message.to_owned())
        );
    }
}
