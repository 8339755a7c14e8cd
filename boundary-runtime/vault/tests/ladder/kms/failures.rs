//! A KMS that is down, slow, overloaded, that refuses, or that is somebody else. No LocalStack is needed for any of it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::meter::Meter;
use super::*;

const KEY: &str = "arn:aws:kms:ap-south-1:111122223333:key/00000000-0000-4000-8000-000000000000";

/// What a custody at this endpoint answers to the question that opens a lease, and how often it asked.
async fn unwrapped_at(endpoint: &str, budget: Option<Duration>) -> (KeyError, usize) {
    let folder = tempfile::tempdir().unwrap();
    let meter = Meter::new();
    let sdk = sdk(endpoint, "111122223333")
        .to_builder()
        .interceptor(meter.clone())
        .build();
    let mut custody = KmsCustody::open(&sdk, "in", folder.path().join("kms")).unwrap();
    if let Some(budget) = budget {
        custody = custody.with_budget(budget);
    }
    let (acme, key) = (Authority::new("acme", "in"), KeyReference::new(KEY).unwrap());
    let wrapped = [&[1, 0, 3][..], &[7; 3], &[0; 81]].concat();
    let key = key_of(&acme, &key, Origin::Made);
    let error = custody.unwrap(key, &wrapped).await.map(drop).unwrap_err();
    (error, meter.sent().len())
}

/// A server that answers every request with this status and body, and ends with the process.
fn answering(status: &'static str, body: &'static str) -> String {
    answering_by(move |_| (status, body))
}

/// A server that answers by what the request says.
fn answering_by(by: impl Fn(&str) -> (&'static str, &'static str) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &by);
        }
    });
    endpoint
}

fn answer(mut stream: TcpStream, by: &impl Fn(&str) -> (&'static str, &'static str)) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, rest)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if length.is_some_and(|length| length.trim().parse() == Ok(rest.len())) {
            break;
        }
    }
    let (status, body) = by(&String::from_utf8_lossy(&request));
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes());
}

#[tokio::test]
async fn a_kms_that_is_down_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (error, asked) = unwrapped_at(&endpoint, Some(Duration::from_secs(60))).await;
    assert!(
        matches!(&error, KeyError::Unreachable(why) if why.contains("no connection")),
        "{error}"
    );
    assert_eq!(asked, 3);
}

#[tokio::test(start_paused = true)]
async fn a_kms_that_does_not_answer_is_too_slow_after_its_budget_and_not_a_moment_later() {
    // Connections are taken by the system, and nobody reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    for (given, budget) in [(None, 2000), (Some(Duration::from_millis(250)), 250)] {
        let started = tokio::time::Instant::now();
        let (error, _) = unwrapped_at(&endpoint, given).await;
        let budget = Duration::from_millis(budget);
        assert_eq!(error, KeyError::TooSlow { budget });
        // The clock of the runtime, which stands still but for its own timers.
        assert!(
            started.elapsed() <= budget + Duration::from_millis(2),
            "{:?}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn each_refusal_of_kms_has_its_type_and_no_other_key_is_asked() {
    let throttled = answering(
        "400 Bad Request",
        r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
    );
    let (error, asked) = unwrapped_at(&throttled, Some(Duration::from_secs(60))).await;
    assert!(matches!(error, KeyError::Unreachable(_)), "{error}");
    assert_eq!(asked, 3);

    let denied = answering(
        "400 Bad Request",
        r#"{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::1:role/payments is not authorized"}"#,
    );
    let (error, asked) = unwrapped_at(&denied, None).await;
    assert!(
        matches!(&error, KeyError::Denied(why) if why.contains("not authorized")),
        "{error}"
    );
    assert_eq!(asked, 1);

    // In a bad state, and nobody may look at which: it cannot be used.
    let state = answering_by(|request| {
        let body = if request.contains("TrentService.Decrypt") {
            r#"{"__type":"KMSInvalidStateException","message":"is pending import"}"#
        } else {
            r#"{"__type":"AccessDeniedException"}"#
        };
        ("400 Bad Request", body)
    });
    assert_eq!(unwrapped_at(&state, None).await.0, KeyError::Disabled);

    for (status, body) in [
        ("200 OK", "<html>a proxy's page</html>"),
        ("200 OK", r#"{"KeyId":"k","Plaintext":"c2hvcnQ="}"#),
        ("200 OK", "{}"),
        ("302 Found", ""),
        ("500 Internal Server Error", "{"),
    ] {
        let (error, _) = unwrapped_at(&answering(status, body), Some(Duration::from_secs(60))).await;
        let is_refused = matches!(error, KeyError::Unreachable(_) | KeyError::Denied(_));
        assert!(is_refused, "{status} {body}: {error}");
    }
    // A data key that is not the one that was wrapped.
    let other = r#"{"KeyId":"k","Plaintext":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"#;
    let (error, _) = unwrapped_at(&answering("200 OK", other), None).await;
    assert!(matches!(error, KeyError::Damaged(_)), "{error}");
}

#[tokio::test]
async fn no_data_key_goes_over_a_wire_without_tls() {
    let (error, asked) = unwrapped_at("http://kms.example.com", None).await;
    assert!(
        matches!(&error, KeyError::Denied(why) if why.contains("plain HTTP")),
        "{error}"
    );
    // The meter comes before the custody's own look at the request, so it counts one that was not sent.
    assert!(asked <= 1, "{asked}");
}

#[test]
fn a_client_without_an_aws_region_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sdk = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .build();
    let refused = KmsCustody::open(&sdk, "in", folder.path().join("kms")).map(drop);
    assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
}
