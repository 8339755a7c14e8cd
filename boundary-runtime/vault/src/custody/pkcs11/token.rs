//! A token and the sessions that are open in it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use boundary_runtime::KeyError;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use super::failure::Failure;

/// A token, found by its label at each new session: slots are numbered anew when devices come and go.
///
/// A login holds for the whole process and ends with its last session, so one that is idle is kept.
pub(super) struct Token {
    library: Pkcs11,
    label: String,
    pin: AuthPin,
    /// The token refused the PIN. It is not tried again: tokens count failures, and lock.
    is_refused: AtomicBool,
    idle: Mutex<Vec<Session>>,
}

impl Token {
    /// Loads a library. Nothing is asked of the token yet.
    pub(super) fn load(library: &Path, label: String, pin: AuthPin) -> Result<Self, KeyError> {
        let failed = |error: Error| {
            KeyError::Unreachable(format!(
                "the PKCS#11 library {} cannot be loaded: {error}",
                library.display()
            ))
        };
        Ok(Self {
            library: Pkcs11::new(library).map_err(failed)?,
            label,
            pin,
            is_refused: AtomicBool::new(false),
            idle: Mutex::default(),
        })
    }

    /// Does some work in a session. Where the session turns out to be lost, the work is done once more in a new one.
    pub(super) fn with<T>(&self, work: impl Fn(&Session) -> Result<T, Failure>) -> Result<T, Failure> {
        let first = self.session().and_then(|session| self.use_once(session, &work));
        let Err(Failure::Lost(_)) = first else {
            return first;
        };
        // The others are of the same device. They go before a new one comes, so that the new one logs in.
        self.idle().clear();
        let second = self.open().and_then(|session| self.use_once(session, &work));
        second.map_err(|failure| match failure {
            Failure::Lost(said) => {
                KeyError::Unreachable(format!("token `{}` is lost: {said}", self.label)).into()
            }
            other => other,
        })
    }

    fn use_once<T>(
        &self,
        session: Session,
        work: impl Fn(&Session) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let done = work(&session);
        // After any other failure an operation might still be under way in the session.
        if matches!(done, Ok(_) | Err(Failure::Blocked | Failure::Gone)) {
            self.idle().push(session);
        }
        done
    }

    /// A session that is logged in.
    fn session(&self) -> Result<Session, Failure> {
        let idle = self.idle().pop();
        let Some(session) = idle else {
            return self.open();
        };
        // Private objects are not found without a login, and a key that is not seen must not count as one that is gone.
        match session.get_session_info()?.session_state() {
            SessionState::RwUser => Ok(session),
            _ => self.logged_in(session),
        }
    }

    fn open(&self) -> Result<Session, Failure> {
        match self
            .library
            .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
        {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.into()),
        }
        let session = self.library.open_rw_session(self.slot()?)?;
        self.logged_in(session)
    }

    fn logged_in(&self, session: Session) -> Result<Session, Failure> {
        let refused = |said: &str| {
            Failure::Key(KeyError::Denied(format!(
                "token `{}` does not take the user's PIN{said}; it is not tried again, because tokens lock after a few \
                 failures: open the custody anew with the right one",
                self.label
            )))
        };
        if self.is_refused.load(Ordering::Acquire) {
            return Err(refused(""));
        }
        match session.login(UserType::User, Some(&self.pin)) {
            // In by another session of this process.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(
                value @ (RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinExpired
                | RvError::PinLocked
                | RvError::UserPinNotInitialized),
                _,
            )) => {
                self.is_refused.store(true, Ordering::Release);
                Err(refused(&format!(" ({value:?})")))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn slot(&self) -> Result<Slot, Failure> {
        let slots = self.library.get_slots_with_token()?;
        // A slot that does not answer has no token of ours in it.
        let is_ours = |slot: &Slot| {
            let token = self.library.get_token_info(*slot);
            token.is_ok_and(|token| token.token_initialized() && token.label() == self.label)
        };
        let mut found = slots.into_iter().filter(is_ours);
        match (found.next(), found.next()) {
            (Some(slot), None) => Ok(slot),
            (None, _) => Err(Failure::Key(KeyError::Unreachable(format!(
                "no slot holds a token labelled `{}`; connect it, or correct the label",
                self.label
            )))),
            (Some(_), Some(_)) => Err(Failure::Key(KeyError::Denied(format!(
                "two tokens are labelled `{}`; give each a label of its own",
                self.label
            )))),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        // What is poisoned is a list of sessions, and each is looked at before it is used.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
