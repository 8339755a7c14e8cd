//! The wrapped keys of a region's authorities, in the region's own folder. Without the custody they open nothing.

use std::path::Path;

use boundary_runtime::{KeyError, TenantId};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::custody::{Folder, Sheet, checksum};
use crate::keys::Authority;

const SHEET: Sheet<4> = Sheet {
    title: "boundary-wrapped-authority",
    names: ["tenant", "region", "generation", "wrapped"],
};

/// The folder `authorities` of a region.
pub(super) struct Authorities {
    pub(super) folder: Folder,
}

impl Authorities {
    pub(super) fn open(region_folder: &Path) -> Result<Self, KeyError> {
        Ok(Self {
            folder: Folder::open(&region_folder.join("authorities"))?,
        })
    }

    /// The wrapped keyring of an authority, if it was provisioned.
    pub(super) fn load(&self, authority: &Authority) -> Result<Option<Vec<u8>>, KeyError> {
        let Some(text) = self.folder.read(&name(authority.tenant()))? else {
            return Ok(None);
        };
        let [tenant, region, _, wrapped] = SHEET.read(&text)?.checked(checksum)?;
        if tenant != HEXLOWER.encode(authority.tenant().as_str().as_bytes()) || region != authority.region() {
            return Err(KeyError::WrongAuthority);
        }
        let wrapped = HEXLOWER.decode(wrapped.as_bytes());
        wrapped
            .map(Some)
            .map_err(|_| KeyError::Damaged("the wrapped keys are not hexadecimal".to_owned()))
    }

    pub(super) fn store(
        &self,
        authority: &Authority,
        generation: u32,
        wrapped: &[u8],
    ) -> Result<(), KeyError> {
        let tenant = HEXLOWER.encode(authority.tenant().as_str().as_bytes());
        let values = [
            &tenant,
            authority.region(),
            &generation.to_string(),
            &HEXLOWER.encode(wrapped),
        ];
        let values = values.map(|value: &str| value);
        self.folder.write(
            &name(authority.tenant()),
            SHEET.render(values, checksum).as_bytes(),
        )
    }

    pub(super) fn remove(&self, authority: &Authority) -> Result<(), KeyError> {
        self.folder.destroy(&name(authority.tenant()))
    }
}

/// A digest, so that no tenant's name reaches the file system.
fn name(tenant: &TenantId) -> String {
    let mut digest = Sha256::new();
    digest.update(b"boundary/wrapped-authority-file\0");
    digest.update(tenant.as_str().as_bytes());
    format!("{}.authority", HEXLOWER.encode(&digest.finalize()))
}
