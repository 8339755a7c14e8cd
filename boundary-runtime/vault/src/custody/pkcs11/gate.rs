//! How long a caller waits for a token, and how many calls are under way in it.

use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::KeyError;
use tokio::sync::Semaphore;

/// Calls of a library of PKCS#11 block, and nothing ends one that hangs in its device. So they run on threads for blocking work,
/// a few at a time, and who waits for one waits for a bounded time: a device that hangs costs as many threads as there
/// are permits, and everybody else is told that it is too slow.
pub(super) struct Gate {
    permits: Arc<Semaphore>,
    budget: Duration,
}

impl Gate {
    pub(super) fn new(permits: usize, budget: Duration) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            budget,
        }
    }

    /// What `work` gives, if it is there within the budget. What is late goes on and is not heard.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
    ) -> Result<T, KeyError> {
        let ended = || KeyError::Unreachable("a call into the PKCS#11 library ended abnormally".to_owned());
        let permits = Arc::clone(&self.permits);
        let answer = async {
            let permit = permits.acquire_owned().await.map_err(|_| ended())?;
            let task = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                work()
            });
            task.await.map_err(|_| ended())?
        };
        let late = |_| Err(KeyError::TooSlow { budget: self.budget });
        tokio::time::timeout(self.budget, answer)
            .await
            .unwrap_or_else(late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const BUDGET: Duration = Duration::from_secs(2);

    #[tokio::test(start_paused = true)]
    async fn a_call_that_hangs_is_too_slow_and_so_is_whoever_finds_no_place_beside_it() {
        let gate = Arc::new(Gate::new(1, BUDGET));
        let (release, hanging) = mpsc::channel::<()>();
        let ask = {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.run(move || Ok(hanging.recv().is_ok())).await })
        };
        let next = {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.run(|| Ok(true)).await })
        };
        // Both have begun to wait before the time moves.
        while gate.permits.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        tokio::time::advance(BUDGET + Duration::from_millis(1)).await;
        assert_eq!(ask.await.unwrap(), Err(KeyError::TooSlow { budget: BUDGET }));
        assert_eq!(next.await.unwrap(), Err(KeyError::TooSlow { budget: BUDGET }));

        // The place is free again once the call has ended.
        release.send(()).unwrap();
        while gate.permits.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.run(|| Ok(7)).await, Ok(7));
    }

    #[tokio::test]
    async fn a_call_that_panics_is_an_error_and_no_panic_of_the_caller() {
        let gate = Gate::new(1, BUDGET);
        let answer = gate.run(|| -> Result<(), _> { panic!("in the library") }).await;
        assert!(matches!(answer, Err(KeyError::Unreachable(_))), "{answer:?}");
    }
}
