//! No data key over a wire that others can read.

use std::fmt;

use aws_sdk_kms::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_kms::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_kms::error::BoxError;

/// Looks at each request before it is sent, wherever its endpoint was set: in code, in the environment or in a profile.
#[derive(Debug)]
pub(super) struct Refused;

/// The endpoint has no TLS and is not of this machine.
#[derive(Debug)]
pub(super) struct PlainHttp;

impl fmt::Display for PlainHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the endpoint of AWS KMS is plain HTTP")
    }
}

impl std::error::Error for PlainHttp {}

impl Intercept for Refused {
    fn name(&self) -> &'static str {
        "boundary: no plain HTTP"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if is_private(context.request().uri()) {
            Ok(())
        } else {
            Err(PlainHttp.into())
        }
    }
}

/// Whether nobody else can read what goes to this address.
fn is_private(uri: &str) -> bool {
    if uri.starts_with("https://") {
        return true;
    }
    let Some(rest) = uri.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next(),
        None => authority.split(':').next(),
    };
    let host = host.unwrap_or_default();
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_and_nowhere_else() {
        for uri in [
            "https://kms.eu-central-1.amazonaws.com/",
            "http://127.0.0.1:4566/",
            "http://localhost:4566",
            "http://[::1]:4566/",
        ] {
            assert!(is_private(uri), "{uri}");
        }
        for uri in [
            "http://kms.eu-central-1.amazonaws.com/",
            "http://10.0.0.7:4566/",
            "http://127.0.0.1@example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com:80/",
            "ftp://127.0.0.1/",
            "",
        ] {
            assert!(!is_private(uri), "{uri}");
        }
    }
}
