//! The steps of a retrofit, each a walk through the table in batches.

use super::database::{Change, Checkpoint, Database, Stage};
use super::rows::{Hand, Tally, check_session};
use super::{Progress, Retrofit, RetrofitError};
use crate::audit::{Act, Outcome};
use crate::clock::Timestamp;
use crate::error::{AccessError, KeyError};
use crate::plaintext::{Column, Plaintext};
use crate::session::Session;
use crate::{InCountry, Purpose, Region, TenantId};

/// What a walk does to each row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    DryRun,
    Seal,
    Verify,
    Clear,
    Undo,
}

impl Walk {
    const fn name(self) -> &'static str {
        match self {
            Walk::DryRun => "dry run",
            Walk::Seal => "sealing",
            Walk::Verify => "verifying",
            Walk::Clear => "clearing",
            Walk::Undo => "undoing",
        }
    }

    /// Whether its transactions are kept.
    const fn writes(self) -> bool {
        matches!(self, Walk::Seal | Walk::Clear | Walk::Undo)
    }
}

impl<V: Plaintext + Column, D: Database> Retrofit<V, D> {
    /// Seals every value in memory, opens it again, and changes nothing: what [`Retrofit::run`] would meet.
    ///
    /// # Errors
    /// If the session may not have the field, an authority's key cannot be used, or the database fails.
    pub async fn dry_run<R: Region, U: Purpose>(
        &mut self,
        sessions: impl AsyncFn() -> Result<Session<InCountry<R>, U>, AccessError>,
    ) -> Result<Tally, RetrofitError> {
        let checkpoint = self.database.checkpoint(&self.plan).await?;
        let start = Checkpoint {
            after: None,
            done: 0,
            ..checkpoint.unwrap_or(BEGINNING)
        };
        self.walk(Walk::DryRun, start, &sessions)
            .await
            .map(|(tally, _)| tally)
    }

    /// Seals the values of the plain column, from where an interrupted call stopped. The plain column stays as it is.
    ///
    /// A call after every value was sealed goes through the table again: it seals what was written meanwhile, and counts
    /// the rows that differ.
    ///
    /// # Errors
    /// If the session may not have the field, an authority's key cannot be used, the database fails, or the retrofit is
    /// being taken back. Batches that were committed stay.
    pub async fn run<R: Region, U: Purpose>(
        &mut self,
        sessions: impl AsyncFn() -> Result<Session<InCountry<R>, U>, AccessError>,
    ) -> Result<Tally, RetrofitError> {
        self.database.install(&self.plan).await?;
        let checkpoint = self.database.checkpoint(&self.plan).await?.unwrap_or(BEGINNING);
        let start = match checkpoint.stage {
            Stage::Sealing => checkpoint,
            Stage::Undoing => {
                return Err(self.untimely("it is being taken back; call `rollback` until it is done"));
            }
            _ => Checkpoint {
                stage: Stage::Sealing,
                after: None,
                done: 0,
                ..checkpoint
            },
        };
        let (tally, end) = self.walk(Walk::Seal, start, &sessions).await?;
        self.reach(Stage::Sealed, &end).await?;
        Ok(tally)
    }

    /// Opens every sealed value and compares it with the plain one. If all are equal, plain values may be cleared.
    ///
    /// # Errors
    /// If it is not the time, an authority's key cannot be used, or the database fails.
    pub async fn verify<R: Region, U: Purpose>(
        &mut self,
        sessions: impl AsyncFn() -> Result<Session<InCountry<R>, U>, AccessError>,
    ) -> Result<Tally, RetrofitError> {
        let checkpoint = self.database.checkpoint(&self.plan).await?;
        let begun = checkpoint.ok_or_else(|| self.untimely("nothing is sealed yet; call `run` first"))?;
        if matches!(begun.stage, Stage::Sealing | Stage::Undoing) {
            return Err(self.untimely("it is half done; call `run`, or `rollback`, until it is through"));
        }
        let start = Checkpoint {
            after: None,
            done: 0,
            ..begun
        };
        let (tally, end) = self.walk(Walk::Verify, start, &sessions).await?;
        let reached = match (tally.is_complete(), begun.stage) {
            (_, Stage::Clearing | Stage::Finished) => begun.stage,
            (true, _) => Stage::Verified,
            (false, _) => Stage::Sealed,
        };
        self.reach(reached, &end).await?;
        Ok(tally)
    }

    /// Clears the plain values, each in the transaction in which its sealed form was opened and compared once more. Rows
    /// that are not equal any more stay as they are; then another `run` and another `finish` are needed.
    ///
    /// # Errors
    /// [`RetrofitError::Step`] if not every value was verified; if an authority's key cannot be used, or the database
    /// fails.
    pub async fn finish<R: Region, U: Purpose>(
        &mut self,
        sessions: impl AsyncFn() -> Result<Session<InCountry<R>, U>, AccessError>,
    ) -> Result<Tally, RetrofitError> {
        let checkpoint = self.database.checkpoint(&self.plan).await?;
        let start = match checkpoint {
            Some(checkpoint) if checkpoint.stage == Stage::Clearing => checkpoint,
            Some(checkpoint) if matches!(checkpoint.stage, Stage::Verified | Stage::Finished) => Checkpoint {
                stage: Stage::Clearing,
                clearing: true,
                after: None,
                done: 0,
            },
            _ => return Err(self.untimely("not every value was verified; call `run` and `verify` first")),
        };
        let (tally, end) = self.walk_whole(Walk::Clear, start, &sessions).await?;
        let reached = if tally.is_complete() {
            Stage::Finished
        } else {
            Stage::Clearing
        };
        self.reach(reached, &end).await?;
        Ok(tally)
    }

    /// Takes the retrofit back: brings cleared values back, drops the sealed ones, and the data keys that it made.
    ///
    /// Until plain values are cleared it needs no leave. Afterwards the plain text comes back to where it was taken from,
    /// so `name` has to be that of the retrofit ([`super::Plan::name`]).
    ///
    /// # Errors
    /// [`RetrofitError::Step`] if plain values were cleared and `name` is not that of the retrofit; if an authority's
    /// key cannot be used, or the database fails. Another call goes on.
    pub async fn rollback<R: Region, U: Purpose>(
        &mut self,
        name: Option<&str>,
        sessions: impl AsyncFn() -> Result<Session<InCountry<R>, U>, AccessError>,
    ) -> Result<Tally, RetrofitError> {
        let Some(checkpoint) = self.database.checkpoint(&self.plan).await? else {
            return Ok(Tally::default());
        };
        if checkpoint.clearing && name != Some(&*self.plan.name()) {
            return Err(self.untimely(
                "plain values were cleared, and taking that back puts them into the table again; say the retrofit's name if \
                 that is meant",
            ));
        }
        let start = match checkpoint.stage {
            Stage::Undoing => checkpoint,
            _ => Checkpoint {
                stage: Stage::Undoing,
                after: None,
                done: 0,
                ..checkpoint
            },
        };
        let (tally, end) = self.walk_whole(Walk::Undo, start, &sessions).await?;
        if tally.unusable == 0 {
            self.forget().await?;
        } else {
            self.reach(Stage::Undoing, &end).await?;
        }
        Ok(tally)
    }

    /// Forgets a finished retrofit: from here on there is no way back, and the plain column can be dropped.
    ///
    /// # Errors
    /// [`RetrofitError::Step`] if it is not finished, or the database fails.
    pub async fn conclude(&mut self) -> Result<(), RetrofitError> {
        match self.stage().await? {
            Some(Stage::Finished) => self.forget().await,
            _ => Err(self.untimely("plain values are left; call `finish` first")),
        }
    }

    /// Goes through the table from where an interrupted call stopped, and then once more from the beginning if there was
    /// one: what that call had left behind was not counted by this one.
    async fn walk_whole<R: Region, U: Purpose>(
        &mut self,
        walk: Walk,
        start: Checkpoint,
        sessions: &impl AsyncFn() -> Result<Session<InCountry<R>, U>, AccessError>,
    ) -> Result<(Tally, Checkpoint), RetrofitError> {
        let resumed = start.after.is_some();
        let (first, end) = self.walk(walk, start, sessions).await?;
        if !resumed {
            return Ok((first, end));
        }
        let again = Checkpoint {
            after: None,
            done: 0,
            ..end
        };
        let (mut tally, end) = self.walk(walk, again, sessions).await?;
        tally.changed += first.changed;
        Ok((tally, end))
    }

    /// Goes through the table, a batch at a time, and says where it ended.
    async fn walk<R: Region, U: Purpose>(
        &mut self,
        walk: Walk,
        mut at: Checkpoint,
        sessions: &impl AsyncFn() -> Result<Session<InCountry<R>, U>, AccessError>,
    ) -> Result<(Tally, Checkpoint), RetrofitError> {
        let mut session = sessions().await?;
        check_session(&self.plan, &session)?;
        let began = session.clock().now();
        self.record(&session, began, walk, "begun", Outcome::Done)?;
        let total = self.database.count(&self.plan).await?.rows;
        let mut tally = Tally::default();
        // What was done when a session was opened: one that ends before it does anything is no way on.
        let mut renewed_at = None;
        let outcome = loop {
            match self.batch(walk, &mut at, &session, &mut tally).await {
                Ok(true) => break Ok(()),
                Ok(false) => {}
                // The table outlives the lease.
                Err(RetrofitError::Access(AccessError::Key(KeyError::LeaseExpired { .. })))
                    if renewed_at != Some(tally.rows) =>
                {
                    renewed_at = Some(tally.rows);
                    session = sessions().await?;
                    continue;
                }
                Err(other) => break Err(other),
            }
            let elapsed = session.clock().now().since(began);
            let progress = Progress::new(walk.name(), at.done, total, tally.rows, elapsed);
            (self.on_progress)(&progress);
        };
        let said = match &outcome {
            Ok(()) => tally.to_string(),
            Err(error) => format!("stopped after {} rows: {error}", tally.rows),
        };
        let end = if outcome.is_ok() {
            Outcome::Done
        } else {
            Outcome::Refused
        };
        self.record(&session, session.clock().now(), walk, &said, end)?;
        outcome.map(|()| (tally, at))
    }

    /// One batch, in one transaction; gives whether it was the last.
    async fn batch<R: Region, U: Purpose>(
        &mut self,
        walk: Walk,
        at: &mut Checkpoint,
        session: &Session<InCountry<R>, U>,
        tally: &mut Tally,
    ) -> Result<bool, RetrofitError> {
        self.database.begin().await?;
        let done = self.in_batch(walk, at, session, tally).await;
        match done {
            Ok(is_last) if walk.writes() => self.database.commit().await.map(|()| is_last),
            other => {
                self.database.rollback().await?;
                other
            }
        }
    }

    async fn in_batch<R: Region, U: Purpose>(
        &mut self,
        walk: Walk,
        at: &mut Checkpoint,
        session: &Session<InCountry<R>, U>,
        tally: &mut Tally,
    ) -> Result<bool, RetrofitError> {
        let rows = self.database.rows(&self.plan, at.after.as_deref()).await?;
        let hand = Hand {
            session,
            plan: &self.plan,
            clearing: at.clearing,
            now: session.clock().now(),
        };
        // Counted apart: a batch that fails was not done.
        let mut counted = *tally;
        let mut next = at.clone();
        let mut changes: Vec<Change> = Vec::new();
        let number = rows.len();
        for row in rows {
            counted.rows += 1;
            next.done += 1;
            next.after = Some(row.place.clone());
            match walk {
                Walk::DryRun => {
                    if let Some(change) = hand.seal::<V>(row, &mut counted)? {
                        hand.try_out::<V>(change)?;
                    }
                }
                Walk::Seal => changes.extend(hand.seal::<V>(row, &mut counted)?),
                Walk::Verify => hand.verify::<V>(&row, &mut counted)?,
                Walk::Clear => changes.extend(hand.clear::<V>(row, &mut counted)?),
                Walk::Undo => changes.extend(hand.undo::<V>(row, &mut counted)?),
            }
        }
        if walk.writes() {
            self.database
                .write(&self.plan, changes, Some(next.clone()))
                .await?;
        }
        *tally = counted;
        *at = next;
        Ok(number < self.plan.batch as usize)
    }

    /// Keeps that a stage is reached.
    async fn reach(&mut self, stage: Stage, end: &Checkpoint) -> Result<(), RetrofitError> {
        let checkpoint = Checkpoint {
            stage,
            after: None,
            done: 0,
            ..end.clone()
        };
        self.database.begin().await?;
        self.database
            .write(&self.plan, Vec::new(), Some(checkpoint))
            .await?;
        self.database.commit().await
    }

    async fn forget(&mut self) -> Result<(), RetrofitError> {
        self.database.begin().await?;
        self.database.write(&self.plan, Vec::new(), None).await?;
        self.database.commit().await
    }

    fn untimely(&self, problem: &'static str) -> RetrofitError {
        RetrofitError::Step {
            name: self.plan.name(),
            problem,
        }
    }

    /// One record for a step and one for its end: a record for each value would bury the log.
    fn record<R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
        now: Timestamp,
        walk: Walk,
        note: &str,
        outcome: Outcome,
    ) -> Result<(), RetrofitError> {
        let (declaration, field) = (self.plan.declaration.name, self.plan.field.field);
        session.record(now, Act::Retrofit, &TenantId::new(""), |record| {
            record.tenant = None;
            record.outcome = outcome;
            record.declaration = Some(declaration);
            record.field = Some(field);
            record.note = Some(format!("{}: {note}", walk.name()).into());
        })?;
        Ok(())
    }
}

/// Where a retrofit begins.
const BEGINNING: Checkpoint = Checkpoint {
    stage: Stage::Sealing,
    clearing: false,
    after: None,
    done: 0,
};
