//! The key that an authority gets: a new one, one of the customer's material, or one that is the customer's.
//!
//! An alias of the authority's digest is the claim on being its key. KMS gives a name once, so of two that provision one
//! authority at the same moment one has made its key, and the other takes its own back. Whoever is interrupted before the
//! claim leaves a key that nothing was wrapped with; its tags tell whose it was to be.

use aws_sdk_kms::types::{KeyManagerType, KeyMetadata, KeySpec, KeyUsageType, OriginType, Tag};
use boundary_runtime::KeyError;
use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;

use super::calls::{arn_of, check_usable, unexpected};
use super::material;
use super::refusal::{Refusal, other_material};
use super::{KmsCustody, arn};
use crate::custody::key_file::KeyFile;
use crate::custody::{KeyReference, Origin};
use crate::keys::Authority;

/// The shortest time after which KMS destroys a key, in days.
pub(super) const SHORTEST_WAITING: u32 = 7;

const MATERIAL_TAG: &str = "boundary:material";

impl KmsCustody {
    /// The key that KMS made for the authority, or makes now.
    pub(super) async fn make(&self, authority: &Authority) -> Result<KeyReference, KeyError> {
        let alias = self.alias(authority, Origin::Made);
        let found = match self.find(&alias).await? {
            Some(found) => found,
            None => self.create(authority, &alias, &OriginType::AwsKms, None).await?,
        };
        check_origin(&found, &OriginType::AwsKms)?;
        check_usable(&found)?;
        KeyReference::new(arn_of(&found)?)
    }

    /// The key of this material, or a new one that it is imported into.
    pub(super) async fn import(
        &self,
        authority: &Authority,
        material: &[u8; 32],
    ) -> Result<KeyReference, KeyError> {
        let alias = self.alias(authority, Origin::Imported);
        let mark = HEXLOWER.encode(&material::mark(material));
        let found = match self.find(&alias).await? {
            Some(found) => found,
            None => {
                self.create(authority, &alias, &OriginType::External, Some(&mark))
                    .await?
            }
        };
        check_origin(&found, &OriginType::External)?;
        let key = arn_of(&found)?;
        // Whoever came first decided which material it is, even if it was interrupted before it brought it.
        if !bool::from(
            self.material_of(key, authority)
                .await?
                .as_bytes()
                .ct_eq(mark.as_bytes()),
        ) {
            return Err(other_material());
        }
        if material::is_missing(&found) {
            self.bring(key, authority, material).await?;
            let brought = self.find(key).await?.ok_or_else(|| authority.unknown())?;
            check_usable(&brought)?;
        } else {
            check_usable(&found)?;
        }
        KeyReference::new(key)
    }

    /// The customer's own key, after it was looked at and has wrapped and unwrapped something.
    ///
    /// Its ARN is kept, whatever name it was given by: an alias may name another key tomorrow.
    pub(super) async fn adopt(
        &self,
        authority: &Authority,
        name: &KeyReference,
    ) -> Result<KeyReference, KeyError> {
        arn::check_region(name.as_str(), &self.aws_region)?;
        let found = self
            .find(name.as_str())
            .await?
            .ok_or_else(|| authority.unknown())?;
        check_adoptable(&found)?;
        check_usable(&found)?;
        let key = KeyReference::new(arn_of(&found)?)?;
        let probe = crate::random::bytes::<32>()?;
        let wrapped = self.wrap_under(key.as_str(), authority, &probe).await?;
        let unwrapped = self.unwrap_under(key.as_str(), authority, &wrapped).await?;
        if unwrapped.as_slice() == probe {
            Ok(key)
        } else {
            Err(KeyError::Damaged(
                "the designated key does not unwrap what it wrapped".to_owned(),
            ))
        }
    }

    /// The name that the authority's key of this origin goes by. It says nothing of the tenant.
    pub(super) fn alias(&self, authority: &Authority, origin: Origin) -> String {
        let digest = KeyFile::stem(authority);
        match origin {
            Origin::Imported => format!("alias/boundary/{}/{digest}/imported", self.region.as_str()),
            Origin::Made | Origin::Designated => format!("alias/boundary/{}/{digest}", self.region.as_str()),
        }
    }

    /// Makes a key and claims the alias for it; if somebody else has it by then, gives the key that it is of.
    async fn create(
        &self,
        authority: &Authority,
        alias: &str,
        origin: &OriginType,
        mark: Option<&str>,
    ) -> Result<KeyMetadata, KeyError> {
        let request = self
            .client
            .create_key()
            .description("the key of one Boundary authority; its tags and its alias say which")
            .key_spec(KeySpec::SymmetricDefault)
            .key_usage(KeyUsageType::EncryptDecrypt)
            .origin(origin.clone())
            .multi_region(false)
            .set_policy(self.key_policy.clone())
            .set_tags(Some(tags(authority, mark)?));
        let made = self
            .ask(request.send())
            .await
            .map_err(|refusal| refusal.about(authority))?;
        let made = made
            .key_metadata
            .ok_or_else(|| unexpected("a description of the new key"))?;
        let key = arn_of(&made)?;
        if *origin == OriginType::AwsKms {
            let rotation = self
                .ask(self.client.enable_key_rotation().key_id(key).send())
                .await;
            if let Err(refusal) = rotation {
                self.take_back(key).await;
                return Err(refusal.about(authority));
            }
        }
        let claim = self.client.create_alias().alias_name(alias).target_key_id(key);
        match self.ask(claim.send()).await {
            Ok(_) => return Ok(made),
            Err(Refusal::Taken) => {}
            // Whether it was claimed is not known. Asked again, provisioning finds out.
            Err(refusal) => return Err(refusal.about(authority)),
        }
        let theirs = self.find(alias).await?.ok_or_else(|| authority.unknown())?;
        // A repeated request finds what its first attempt did.
        if arn_of(&theirs)? != key {
            self.take_back(key).await;
        }
        Ok(theirs)
    }

    /// Sees to it that a key which nothing was wrapped with goes. Should that fail, it costs its rent and nothing else.
    async fn take_back(&self, key: &str) {
        let request = self.client.schedule_key_deletion().key_id(key);
        let days = i32::try_from(SHORTEST_WAITING).ok();
        let _ = self.ask(request.set_pending_window_in_days(days).send()).await;
    }

    /// The mark of the material that the key is of.
    async fn material_of(&self, key: &str, authority: &Authority) -> Result<String, KeyError> {
        let request = self.client.list_resource_tags().key_id(key);
        let tags = self
            .ask(request.send())
            .await
            .map_err(|refusal| refusal.about(authority))?;
        let mark = tags.tags().iter().find(|tag| tag.tag_key() == MATERIAL_TAG);
        mark.map(|tag| tag.tag_value().to_owned()).ok_or_else(|| {
            KeyError::Damaged(format!(
                "the tag `{MATERIAL_TAG}` of the authority's key is missing"
            ))
        })
    }
}

fn check_origin(found: &KeyMetadata, origin: &OriginType) -> Result<(), KeyError> {
    let is_ours = found.origin() == Some(origin) && found.multi_region() != Some(true);
    if is_ours {
        Ok(())
    } else {
        Err(KeyError::Denied(
            "the authority's alias in AWS KMS names a key that this custody did not make".to_owned(),
        ))
    }
}

/// Refuses keys that would not be the customer's kill switch, or that would reach out of the region.
fn check_adoptable(found: &KeyMetadata) -> Result<(), KeyError> {
    let refused = |reason: &str| Err(KeyError::Denied(format!("the designated key {reason}")));
    if found.key_manager() != Some(&KeyManagerType::Customer) {
        return refused("is managed by AWS, so nobody can disable it; designate a customer managed key");
    }
    if found.multi_region() != Some(false) {
        return refused(
            "is a multi-Region key, whose material can be used outside of this region; designate a single-Region key",
        );
    }
    if found.key_usage() != Some(&KeyUsageType::EncryptDecrypt)
        || found.key_spec() != Some(&KeySpec::SymmetricDefault)
    {
        return refused("does not encrypt; designate a symmetric key for encryption and decryption");
    }
    Ok(())
}

/// What tells an operator whose key it is, without the tenant's name.
fn tags(authority: &Authority, mark: Option<&str>) -> Result<Vec<Tag>, KeyError> {
    let digest = KeyFile::stem(authority);
    let mut tags = vec![
        ("boundary:authority", digest.as_str()),
        ("boundary:region", authority.region()),
        ("boundary:class", authority.class().name()),
    ];
    tags.extend(mark.map(|mark| (MATERIAL_TAG, mark)));
    let tags = tags
        .into_iter()
        .map(|(name, value)| Tag::builder().tag_key(name).tag_value(value).build());
    tags.collect::<Result<_, _>>()
        .map_err(|_| KeyError::Denied("the tags of the key cannot be written".to_owned()))
}
