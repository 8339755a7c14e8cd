//! In which AWS region a key's name says that it is.

use boundary_runtime::KeyError;

/// Refuses the ARN of another AWS region than the client's. A name that is no ARN is looked up in the client's.
pub(super) fn check_region(name: &str, aws_region: &str) -> Result<(), KeyError> {
    let Some(rest) = name.strip_prefix("arn:") else {
        return Ok(());
    };
    // arn:partition:kms:region:account:key/id
    let mut parts = rest.splitn(5, ':');
    let (_partition, service, region) = (parts.next(), parts.next(), parts.next());
    match (service, region) {
        (Some("kms"), Some(region)) if region == aws_region => Ok(()),
        (Some("kms"), Some(region)) => Err(KeyError::WrongRegion {
            expected: aws_region.to_owned(),
            found: region.to_owned(),
        }),
        _ => Err(KeyError::Denied(format!(
            "`{name}` is no ARN of a key in AWS KMS"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_of_use_in_its_own_region_only() {
        let key = "key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let check = |name: &str| check_region(name, "eu-central-1");
        assert_eq!(
            check(&format!("arn:aws:kms:eu-central-1:111122223333:{key}")),
            Ok(())
        );
        assert_eq!(check("alias/acme"), Ok(()));
        for (arn, region) in [
            (format!("arn:aws:kms:us-east-1:111122223333:{key}"), "us-east-1"),
            (
                format!("arn:aws-cn:kms:cn-north-1:111122223333:{key}"),
                "cn-north-1",
            ),
            ("arn:aws:kms::111122223333:alias/acme".to_owned(), ""),
        ] {
            let wrong = KeyError::WrongRegion {
                expected: "eu-central-1".to_owned(),
                found: region.to_owned(),
            };
            assert_eq!(check(&arn), Err(wrong), "{arn}");
        }
        for other in [
            "arn:",
            "arn:aws",
            "arn:aws:kms",
            "arn:aws:s3:eu-central-1::bucket",
        ] {
            assert!(matches!(check(other), Err(KeyError::Denied(_))), "{other}");
        }
    }
}
