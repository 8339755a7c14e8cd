//! What a token's return values mean for whoever asked for a key.

use boundary_runtime::KeyError;
use cryptoki::context::Function;
use cryptoki::error::{Error, RvError};

/// Why a call of the token failed.
pub(super) enum Failure {
    /// The session is of no use any more, or the device is gone. A new session may be.
    Lost(String),
    /// The key may not be used.
    Blocked,
    /// The key is not there any more.
    Gone,
    /// Anything else, in the words of the ladder.
    Key(KeyError),
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Error::Pkcs11(value, function) = error else {
            return Self::Key(KeyError::Unreachable(format!(
                "the PKCS#11 library does not work as expected: {error}"
            )));
        };
        let said = format!("{function:?} answered {value:?}");
        match value {
            RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::DeviceError
            | RvError::DeviceMemory
            | RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::SlotIdInvalid
            | RvError::UserNotLoggedIn
            | RvError::CryptokiNotInitialized => Self::Lost(said),
            RvError::KeyFunctionNotPermitted => Self::Blocked,
            RvError::KeyHandleInvalid | RvError::ObjectHandleInvalid => Self::Gone,
            // SoftHSM says the general error for a tag that does not match; others have the codes that are meant for it.
            RvError::GeneralError | RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange
                if matches!(function, Function::Decrypt) =>
            {
                Self::Key(KeyError::Damaged(
                    "the authority's wrapped keys do not unwrap under its key in the token".to_owned(),
                ))
            }
            RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinExpired
            | RvError::PinLocked
            | RvError::UserPinNotInitialized
            | RvError::UserTypeInvalid
            | RvError::UserAnotherAlreadyLoggedIn
            | RvError::UserTooManyTypes
            | RvError::ActionProhibited
            | RvError::AttributeReadOnly
            | RvError::AttributeSensitive
            | RvError::AttributeTypeInvalid
            | RvError::AttributeValueInvalid
            | RvError::TemplateIncomplete
            | RvError::TemplateInconsistent
            | RvError::SessionReadOnly
            | RvError::TokenWriteProtected
            | RvError::KeySizeRange
            | RvError::KeyTypeInconsistent
            | RvError::MechanismInvalid
            | RvError::MechanismParamInvalid
            | RvError::FunctionNotSupported
            | RvError::FunctionRejected => Self::Key(KeyError::Denied(format!("the token refuses: {said}"))),
            _ => Self::Key(KeyError::Unreachable(format!("the token failed: {said}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: RvError, function: Function) -> Failure {
        Error::Pkcs11(value, function).into()
    }

    #[test]
    fn a_device_that_is_gone_is_worth_a_new_session_and_a_refusal_is_not() {
        for value in [
            RvError::DeviceRemoved,
            RvError::DeviceError,
            RvError::TokenNotPresent,
            RvError::SessionHandleInvalid,
            RvError::SessionClosed,
            RvError::CryptokiNotInitialized,
        ] {
            assert!(
                matches!(of(value, Function::Encrypt), Failure::Lost(_)),
                "{value:?}"
            );
        }
        for value in [
            RvError::PinIncorrect,
            RvError::PinLocked,
            RvError::AttributeReadOnly,
        ] {
            let failure = of(value, Function::Login);
            assert!(matches!(failure, Failure::Key(KeyError::Denied(_))), "{value:?}");
        }
    }

    #[test]
    fn a_general_error_is_damage_while_decrypting_and_an_outage_otherwise() {
        let decrypting = of(RvError::GeneralError, Function::Decrypt);
        assert!(matches!(decrypting, Failure::Key(KeyError::Damaged(_))));
        for function in [Function::Encrypt, Function::DecryptInit, Function::FindObjects] {
            let failure = of(RvError::GeneralError, function);
            assert!(
                matches!(failure, Failure::Key(KeyError::Unreachable(_))),
                "{function:?}"
            );
        }
        let unheard = of(RvError::VendorDefined(0x8000_0001), Function::Decrypt);
        assert!(matches!(unheard, Failure::Key(KeyError::Unreachable(_))));
    }
}
