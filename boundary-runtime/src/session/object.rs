//! Objects: what is too large for a field, sealed and opened as a stream of chunks in bounded memory.
//!
//! An object belongs to a field of a record, and is what that field is: its category, residency and purposes hold for
//! the object. The field's own value is often the name under which the object lies. A record can have several objects
//! of one field, told apart by their names.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use boundary_schema::FieldDeclaration;
use zeroize::{Zeroize, Zeroizing};

use super::{ObjectHeader, RawSession, Session};
use crate::audit::{Act, Outcome};
use crate::clock::Clock;
use crate::error::{AccessError, Misuse, Refusal};
use crate::grant::GrantFor;
use crate::plane::{InCountry, Purpose, Region};
use crate::record::TenantRecord;
use crate::seam::{ChunkOpener, ChunkSealer, FieldAddress, ObjectAddress, RecordAddress};

/// What a chunk is longer by when it is sealed: its tag.
const TAG_LEN: usize = 16;

/// Why an object was not sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// As for a field.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The object's bytes could not be read or written.
    #[error("the sealed object could not be read or written: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for ObjectError {
    /// The [`AccessError`] that a writer or reader of an object put into the error, if it is one of those.
    fn from(error: io::Error) -> Self {
        let access = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<AccessError>());
        match access {
            Some(access) => Self::Access(access.clone()),
            None => Self::Io(error),
        }
    }
}

/// The error of [`Read`] and [`Write`] that carries this one.
fn as_io(error: AccessError) -> io::Error {
    let kind = match error {
        AccessError::Undecryptable => ErrorKind::InvalidData,
        _ => ErrorKind::PermissionDenied,
    };
    io::Error::new(kind, error)
}

/// What a session gives to seal an object with.
#[doc(hidden)]
pub struct Sealing {
    header: ObjectHeader,
    sealer: Box<dyn ChunkSealer>,
    clock: Arc<dyn Clock>,
}

/// What a session gives to open an object with.
#[doc(hidden)]
pub struct Opening {
    opener: Box<dyn ChunkOpener>,
    clock: Arc<dyn Clock>,
}

impl<R: Region, U: Purpose> Session<InCountry<R>, U> {
    pub(super) fn start_object<T: TenantRecord>(
        &self,
        record: &T,
        field: &str,
        object: &str,
    ) -> Result<Sealing, AccessError> {
        let field = self.field_for_purpose::<T>(field)?;
        self.check_region(T::DECLARATION, field, record.data_key())?;
        let id = record.record_id();
        let address = address(record, &id, field, object);
        let (header, sealer) = self.means.opener.seal_object(&address, self.means.clock.now())?;
        let clock = Arc::clone(&self.means.clock);
        Ok(Sealing {
            header,
            sealer,
            clock,
        })
    }

    pub(super) fn open_granted_object<T: TenantRecord>(
        &self,
        record: &T,
        field: &str,
        object: &str,
        header: &ObjectHeader,
        grant: &impl GrantFor<Self>,
    ) -> Result<Opening, AccessError> {
        let now = self.means.clock.now();
        let opened = (|| {
            grant.check(record.tenant(), record.subject(), now)?;
            let field = self.field_for_purpose::<T>(field)?;
            self.check_region(T::DECLARATION, field, &header.data_key)?;
            let id = record.record_id();
            let address = address(record, &id, field, object);
            self.means.opener.open_object(header, &address, now)
        })();
        self.record(now, Act::Open, record.tenant(), |audit| {
            if opened.is_err() {
                audit.outcome = Outcome::Refused;
            }
            audit.subject = Some(grant.subject_pseudonym());
            audit.data_key = Some(header.data_key.id());
            audit.declaration = Some(T::DECLARATION.name);
            audit.field = named::<T>(field).map(|field| field.field);
            audit.note = Some("an object".into());
        })?;
        let clock = Arc::clone(&self.means.clock);
        opened.map(|opener| Opening { opener, clock })
    }

    /// The declared field, if the policy lets this session's purpose have it.
    fn field_for_purpose<T: TenantRecord>(
        &self,
        name: &str,
    ) -> Result<&'static FieldDeclaration, AccessError> {
        let declaration = T::DECLARATION.rust;
        let field = named::<T>(name).ok_or(Misuse::UnknownField { declaration })?;
        if field.purposes.contains(&U::NAME) {
            return Ok(field);
        }
        Err(Refusal::Purpose {
            declaration,
            field: field.field,
            purpose: U::NAME,
        }
        .into())
    }
}

fn named<T: TenantRecord>(name: &str) -> Option<&'static FieldDeclaration> {
    T::DECLARATION.fields.iter().find(|field| field.field == name)
}

fn address<'a, T: TenantRecord>(
    record: &'a T,
    record_id: &'a str,
    field: &'static FieldDeclaration,
    object: &'a str,
) -> ObjectAddress<'a> {
    let record = RecordAddress {
        declaration: T::DECLARATION,
        tenant: record.tenant(),
        record_id,
        subject: record.subject(),
    };
    ObjectAddress {
        field: FieldAddress { record, field },
        name: object,
    }
}

/// Seals an object while it is written: what is written here goes to `W` as ciphertext, a chunk at a time.
///
/// Nothing that was written counts before [`finish`](Self::finish): without the mark of its end an object does not open
/// whole. It holds one chunk in memory (64 KiB), and wipes it. Each chunk asks whether the lease still holds.
///
/// ```
/// use std::io::Write;
/// use boundary_runtime::{ObjectError, ObjectWriter, RawSession, TenantRecord};
///
/// fn seal_scan<S: RawSession, C: TenantRecord>(
///     session: &S,
///     customer: &C,
///     scan: &[u8],
/// ) -> Result<Vec<u8>, ObjectError> {
///     let mut writer = ObjectWriter::seal(session, customer, "passport_scan", "passport.pdf", Vec::new())?;
///     writer.write_all(scan)?;
///     Ok(writer.finish()?)
/// }
/// ```
///
/// A central session has no way to either of them:
///
/// ```compile_fail,E0277
/// # use boundary_runtime::{Central, Grant, ObjectReader, Purpose, Session, TenantRecord};
/// fn read<U: Purpose, C: TenantRecord>(session: &Session<Central, U>, customer: &C, grant: &Grant<U>, sealed: &[u8]) {
///     let _ = ObjectReader::open(session, customer, "passport_scan", "passport.pdf", sealed, grant);
/// }
/// ```
#[must_use = "an object that is not finished does not open"]
pub struct ObjectWriter<W: Write> {
    to: W,
    sealer: Box<dyn ChunkSealer>,
    clock: Arc<dyn Clock>,
    chunk_len: usize,
    /// Plaintext that waits to be sealed. The room for its tag is there, so that it never moves.
    chunk: Zeroizing<Vec<u8>>,
    has_failed: bool,
}

impl<W: Write> ObjectWriter<W> {
    /// Starts an object for a field of a record under a fresh data key, and writes its header. `field` is the field's
    /// name in the struct, `object` the object's own name, which tells it from others of the same field; both are bound
    /// into it.
    ///
    /// # Errors
    /// As for a new value of the field, and [`Misuse::UnknownField`]; [`ObjectError::Io`] if the header cannot be
    /// written.
    pub fn seal<S: RawSession, T: TenantRecord>(
        session: &S,
        record: &T,
        field: &str,
        object: &str,
        mut to: W,
    ) -> Result<Self, ObjectError> {
        let Sealing {
            header,
            sealer,
            clock,
        } = session.seal_object(record, field, object)?;
        to.write_all(&header.to_bytes()?)?;
        let chunk_len = header.chunk_len as usize;
        Ok(Self {
            to,
            sealer,
            clock,
            chunk_len,
            chunk: Zeroizing::new(Vec::with_capacity(chunk_len + TAG_LEN)),
            has_failed: false,
        })
    }

    /// Seals what is left as the last chunk, and gives the writer back.
    ///
    /// # Errors
    /// If the lease has ended, or the bytes cannot be written; an error made of an [`AccessError`] turns into an
    /// [`ObjectError`] that has it.
    pub fn finish(mut self) -> io::Result<W> {
        self.send(true)?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn send(&mut self, is_last: bool) -> io::Result<()> {
        if self.has_failed {
            return Err(io::Error::other("an earlier chunk of the object failed"));
        }
        // Whatever happens on the way, half an object is not continued.
        self.has_failed = true;
        let now = self.clock.now();
        let sealed = self.sealer.seal(&mut self.chunk, is_last, now);
        if let Err(error) = sealed {
            self.chunk.zeroize();
            return Err(as_io(error));
        }
        self.to.write_all(&self.chunk)?;
        self.chunk.clear();
        self.has_failed = false;
        Ok(())
    }
}

impl<W: Write> Write for ObjectWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until there is more, because the last one is sealed as such.
        if self.has_failed || (self.chunk.len() == self.chunk_len && !bytes.is_empty()) {
            self.send(false)?;
        }
        let taken = bytes.len().min(self.chunk_len - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Flushes the chunks that are sealed; the one that was begun waits for its end.
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// An object that may be opened. It has no other method than the exit.
pub struct ObjectReader<F: Read> {
    content: ObjectContent<F>,
}

impl<F: Read> ObjectReader<F> {
    /// Opens an object of a record's field, as [`ObjectWriter::seal`] named it: reads its header, checks grant, purpose
    /// and region, unwraps its data key, and audits that. No chunk is read yet.
    ///
    /// The grant is checked now, the lease with every chunk.
    ///
    /// # Errors
    /// As for the field, and [`Misuse::UnknownField`]; [`AccessError::Undecryptable`] if this is no object, or another one;
    /// [`ObjectError::Io`] if the header cannot be read.
    pub fn open<S: RawSession, T: TenantRecord>(
        session: &S,
        record: &T,
        field: &str,
        object: &str,
        mut from: F,
        grant: &impl GrantFor<S>,
    ) -> Result<Self, ObjectError> {
        let header = ObjectHeader::read(&mut from)?.ok_or(AccessError::Undecryptable)?;
        let Opening { opener, clock } = session.open_object(record, field, object, &header, grant)?;
        let chunk_len = header.chunk_len as usize;
        Ok(Self {
            content: ObjectContent {
                from,
                opener,
                clock,
                sealed_len: chunk_len + TAG_LEN,
                chunk: Zeroizing::new(Vec::with_capacity(chunk_len + TAG_LEN + 1)),
                given: 0,
                ahead: None,
                state: State::Within,
            },
        })
    }

    /// The one named exit: the object's plaintext as a stream, for the reason given. Each use is listed in the report
    /// with its reason.
    ///
    /// ```
    /// # use std::io::Read;
    /// # use boundary_runtime::{GrantFor, ObjectError, ObjectReader, RawSession, TenantRecord};
    /// fn scan<S: RawSession, C: TenantRecord>(
    ///     session: &S,
    ///     customer: &C,
    ///     sealed: impl Read,
    ///     grant: &impl GrantFor<S>,
    /// ) -> Result<usize, ObjectError> {
    ///     let scan = ObjectReader::open(session, customer, "passport_scan", "passport.pdf", sealed, grant)?;
    ///     let mut page = Vec::new();
    ///     Ok(scan.disclose("show the scan to the agent who checks it").read_to_end(&mut page)?)
    /// }
    /// ```
    #[must_use]
    pub fn disclose(self, reason: &'static str) -> ObjectContent<F> {
        let _ = reason;
        self.content
    }
}

/// The plaintext of an object, a chunk at a time.
///
/// Bytes come out only after their chunk's tag was checked, and the end of the file only after the last chunk's was.
/// What was read before an error is a true beginning of the object, but no more than that: whoever acts on a beginning
/// acts on what somebody may have cut off there. Read to the end first where that matters.
///
/// It holds one chunk in memory (64 KiB for objects of this library, at most 1 MiB), and wipes it. After an error it gives
/// nothing but errors.
pub struct ObjectContent<F: Read> {
    from: F,
    opener: Box<dyn ChunkOpener>,
    clock: Arc<dyn Clock>,
    sealed_len: usize,
    /// The plaintext of a chunk, of which `given` bytes were handed out.
    chunk: Zeroizing<Vec<u8>>,
    given: usize,
    /// The first byte of the next chunk: that there is one says that a chunk is not the last.
    ahead: Option<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Within,
    Over,
    Failed,
}

impl<F: Read> ObjectContent<F> {
    fn next_chunk(&mut self) -> io::Result<()> {
        self.state = State::Failed;
        self.given = 0;
        // Zeros over the plaintext of before, in a buffer that never moves.
        self.chunk.zeroize();
        self.chunk.resize(self.sealed_len + 1, 0);
        let mut filled = 0;
        if let Some(byte) = self.ahead.take() {
            self.chunk[0] = byte;
            filled = 1;
        }
        while filled < self.chunk.len() {
            match self.from.read(&mut self.chunk[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.chunk.zeroize();
                    return Err(error);
                }
            }
        }
        let is_last = filled <= self.sealed_len;
        if !is_last {
            self.ahead = self.chunk.last().copied();
        }
        self.chunk.truncate(filled.min(self.sealed_len));
        let opened = self.opener.open(&mut self.chunk, is_last, self.clock.now());
        if let Err(error) = opened {
            self.chunk.zeroize();
            return Err(as_io(error));
        }
        self.state = if is_last { State::Over } else { State::Within };
        Ok(())
    }
}

impl<F: Read> Read for ObjectContent<F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        while self.given == self.chunk.len() {
            match self.state {
                State::Within => self.next_chunk()?,
                State::Over => return Ok(0),
                State::Failed => return Err(io::Error::other("an earlier chunk of the object did not open")),
            }
        }
        let taken = bytes.len().min(self.chunk.len() - self.given);
        bytes[..taken].copy_from_slice(&self.chunk[self.given..self.given + taken]);
        self.given += taken;
        Ok(taken)
    }
}
