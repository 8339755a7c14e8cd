//! The audit log on disk: a queue, a writer thread, a journal.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use super::{Audit, AuditRecord};
use crate::error::AuditError;
use crate::journal::{Head, Journal, JournalError};
use crate::seam::Signer;

/// The name of the audit log's journal.
pub const AUDIT_JOURNAL: &str = "audit";

/// How many records may wait for the writer. Past that, what they record is refused.
const QUEUE: usize = 65_536;

/// How many records the writer signs and syncs at once.
const BATCH: usize = 4_096;

enum Message {
    Record(Box<AuditRecord>),
    Flush(SyncSender<Result<Head, AuditError>>),
}

/// The audit log of a region. Accessors hand it records without waiting; a thread chains, signs and syncs them.
///
/// A crash may lose the records that were queued and not yet written, at most 65,536. Acts that must not happen
/// unrecorded (releases, erasures, acts on an authority) wait for [`Audit::flush`].
pub struct AuditTrail {
    sender: Option<SyncSender<Message>>,
    writer: Option<JoinHandle<()>>,
    failure: Arc<OnceLock<String>>,
}

impl AuditTrail {
    /// Opens or creates the audit log of the signer's region at `path`.
    ///
    /// # Errors
    /// If the log on disk is not as it was written, or another process has it open.
    pub fn open(path: impl AsRef<Path>, signer: Arc<dyn Signer>) -> Result<Self, JournalError> {
        let journal = Journal::open(path.as_ref(), AUDIT_JOURNAL, signer, |_| Ok(()))?;
        let (sender, receiver) = sync_channel(QUEUE);
        let failure = Arc::new(OnceLock::new());
        let thread_failure = failure.clone();
        let writer = std::thread::Builder::new()
            .name("boundary-audit".to_owned())
            .spawn(move || write(journal, &receiver, &thread_failure))
            .map_err(|source| JournalError::Io {
                path: path.as_ref().to_owned(),
                source,
            })?;
        Ok(Self {
            sender: Some(sender),
            writer: Some(writer),
            failure,
        })
    }

    fn send(&self, message: Message) -> Result<(), AuditError> {
        if let Some(failure) = self.failure.get() {
            return Err(AuditError::Stopped(failure.clone()));
        }
        let stopped = || AuditError::Stopped("the log is closed".to_owned());
        match self.sender.as_ref().ok_or_else(stopped)?.try_send(message) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(AuditError::Full),
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }
}

impl Audit for AuditTrail {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.send(Message::Record(Box::new(record)))
    }

    fn flush(&self) -> Result<Head, AuditError> {
        let (sender, receiver) = sync_channel(1);
        self.send(Message::Flush(sender))?;
        receiver
            .recv()
            .unwrap_or_else(|_| Err(AuditError::Stopped("the writer has ended".to_owned())))
    }
}

impl Drop for AuditTrail {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            // A panic of the writer has nowhere to go from a drop; the journal refuses a torn tail when next opened.
            let _ = writer.join();
        }
    }
}

fn write(mut journal: Journal, receiver: &Receiver<Message>, failure: &OnceLock<String>) {
    let mut batch: Vec<AuditRecord> = Vec::new();
    while let Ok(first) = receiver.recv() {
        let mut message = Some(first);
        let mut flush = None;
        while let Some(next) = message {
            match next {
                Message::Record(record) => batch.push(*record),
                Message::Flush(reply) => {
                    flush = Some(reply);
                    break;
                }
            }
            if batch.len() >= BATCH {
                break;
            }
            message = receiver.try_recv().ok();
        }
        let written = journal.append(&batch).map_err(|error| {
            let text = error.to_string();
            let _ = failure.set(text.clone());
            AuditError::Stopped(text)
        });
        batch.clear();
        let failed = written.is_err();
        if let Some(reply) = flush {
            // Whoever asked may have gone; the records are on disk all the same.
            let _ = reply.send(written);
        }
        if failed {
            return;
        }
    }
}
