//! Time, always handed in: every decision takes the time as an argument, and sessions read it from a [`Clock`].

use std::fmt;
use std::time::Duration;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment this many milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment and a duration later; the far end of time if that overflows.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        )
    }

    /// How long after `earlier` this moment is; zero if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Where a session reads the time.
pub trait Clock: Send + Sync {
    /// The present moment. A clock that cannot tell answers the far end of time, where every grant and lease has ended.
    fn now(&self) -> Timestamp;

    /// How far behind the present [`Clock::now`] may be. Leases end by so much earlier, so that their bound holds.
    fn lag(&self) -> Duration {
        Duration::ZERO
    }
}

/// The operating system's clock.
///
/// On Linux it is the time of the last tick, which is 1 to 10 ms old and costs a fifth of the exact time: a session reads
/// the clock for each field that it opens.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[cfg(target_os = "linux")]
    fn now(&self) -> Timestamp {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        match (u64::try_from(time.tv_sec), u64::try_from(time.tv_nsec)) {
            (Ok(seconds), Ok(nanos)) => {
                Timestamp(seconds.saturating_mul(1_000).saturating_add(nanos / 1_000_000))
            }
            _ => Timestamp(u64::MAX),
        }
    }

    /// The longest time between two ticks, of a kernel with 100 of them a second.
    #[cfg(target_os = "linux")]
    fn lag(&self) -> Duration {
        Duration::from_millis(10)
    }

    #[cfg(not(target_os = "linux"))]
    fn now(&self) -> Timestamp {
        match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            Ok(elapsed) => Timestamp(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)),
            Err(_) => Timestamp(u64::MAX),
        }
    }
}

/// A clock that stands still until it is told to move: for tests, of which there are many about bounds in time.
#[derive(Debug)]
pub struct ManualClock(std::sync::atomic::AtomicU64);

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub const fn at(start: Timestamp) -> Self {
        Self(std::sync::atomic::AtomicU64::new(start.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(millis, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}
