//! Sees each request to KMS on its way out, counts it, and may cut the wire.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_kms::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_kms::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_kms::error::BoxError;

#[derive(Clone, Debug)]
pub struct Meter {
    sent: Arc<Mutex<Vec<String>>>,
    left: Arc<AtomicUsize>,
}

impl Meter {
    /// One that lets everything pass.
    pub fn new() -> Self {
        Self::of(usize::MAX)
    }

    /// One that lets so many requests pass and no more.
    pub fn of(requests: usize) -> Self {
        Self {
            sent: Arc::default(),
            left: Arc::new(AtomicUsize::new(requests)),
        }
    }

    /// The operations that were asked for, in order.
    pub fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "a meter of the tests"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context
            .request()
            .headers()
            .get("x-amz-target")
            .unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let passes = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match passes {
            Ok(_) => {
                self.sent.lock().unwrap().push(operation);
                Ok(())
            }
            Err(_) => Err("the wire was cut".into()),
        }
    }
}
