//! The central warehouse: regional releases stitched together, never a record (M65).

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use boundary_runtime::release::{BorderQueue, Cohorts, Deidentified, Inbox, Signed};
use boundary_runtime::{Central, Purpose, Session};
use payments_model::policy;
use serde_json::{Value, json};

/// Any error of the pipeline.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What was accepted from the regions.
pub(crate) struct Warehouse {
    inbox: Inbox,
    path: PathBuf,
    /// Releases by `region/dataset/key`; a later one takes the place of an earlier.
    releases: BTreeMap<String, Value>,
}

impl Warehouse {
    pub(crate) fn open(home: &Path, public_keys: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(home)?;
        let destination = policy::load()?.release().destination.as_str().to_owned();
        let inbox = Inbox::open(destination, read_keys(public_keys)?, home.join("inbox.json"))?;
        let path = home.join("warehouse.json");
        let releases = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            inbox,
            path,
            releases,
        })
    }

    pub(crate) fn accept<U: Purpose>(
        &mut self,
        session: &Session<Central, U>,
        queue: &Path,
    ) -> Result<Value, Failure> {
        let mut accepted = 0;
        let mut refused = Vec::new();
        for bytes in BorderQueue::open(queue)?.receive()? {
            let cohorts = self.inbox.accept::<Cohorts>(&bytes);
            let outcome = match cohorts {
                Ok(release) => self.keep_cohorts(&release),
                Err(first) => match self.inbox.accept::<Deidentified>(&bytes) {
                    Ok(release) => self.keep_values(&release),
                    // Neither channel takes it; the first answer is as good as the second.
                    Err(_) => Err(first.into()),
                },
            };
            match outcome {
                Ok(()) => accepted += 1,
                Err(error) => refused.push(error.to_string()),
            }
        }
        let temporary = self.path.with_added_extension("tmp");
        std::fs::write(&temporary, serde_json::to_vec_pretty(&self.releases)?)?;
        std::fs::rename(&temporary, &self.path)?;
        Ok(json!({ "by": &*session.principal().name, "accepted": accepted, "refused": refused }))
    }

    fn keep_cohorts(&mut self, release: &Signed<Cohorts>) -> Result<(), Failure> {
        let cohorts = release.value();
        let measure = cohorts.measure().unwrap_or("count");
        let key = format!(
            "{}/{}/{measure}/by/{}",
            release.region(),
            cohorts.dataset(),
            cohorts.by()
        );
        self.releases.insert(key, serde_json::to_value(cohorts)?);
        Ok(())
    }

    fn keep_values(&mut self, release: &Signed<Deidentified>) -> Result<(), Failure> {
        let values = release.value();
        let key = format!(
            "{}/{}/values/of/{}",
            release.region(),
            values.dataset(),
            values.field()
        );
        self.releases.insert(key, serde_json::to_value(values)?);
        Ok(())
    }

    /// Rollups by region, and the one number over all of them.
    pub(crate) fn board<U: Purpose>(&self, session: &Session<Central, U>) -> Value {
        let mut regions: BTreeMap<&str, (i64, i64, u64)> = BTreeMap::new();
        for (key, release) in &self.releases {
            let Some((region, dataset)) = key.split_once('/') else {
                continue;
            };
            if dataset != "payments/amount/by/city" {
                continue;
            }
            let sum = |cohort: &Value| cohort["sum"].as_i64().unwrap_or(0);
            let cohorts = release["cohorts"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let entry = regions.entry(region).or_default();
            entry.0 += cohorts.iter().map(sum).sum::<i64>();
            entry.1 += sum(&release["remainder"]);
            entry.2 += cohorts
                .iter()
                .filter_map(|cohort| cohort["records"].as_u64())
                .sum::<u64>();
        }
        let total: i64 = regions.values().map(|region| region.0).sum();
        let suppressed: i64 = regions.values().map(|region| region.1).sum();
        let by_region: BTreeMap<_, _> = regions
            .iter()
            .map(|(name, (sum, suppressed, payments))| {
                (
                    *name,
                    json!({ "sum": sum, "suppressed": suppressed, "payments": payments }),
                )
            })
            .collect();
        json!({
            "by": &*session.principal().name,
            "regions": by_region,
            "total": total,
            "suppressed": suppressed,
        })
    }
}

fn read_keys(folder: &Path) -> Result<Vec<(String, [u8; 32])>, Failure> {
    let mut keys = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let (Some(region), true) = (
            path.file_stem(),
            path.extension().is_some_and(|extension| extension == "key"),
        ) else {
            continue;
        };
        let text = std::fs::read_to_string(&path)?;
        let key = data_encoding::HEXLOWER
            .decode(text.trim().as_bytes())
            .ok()
            .and_then(|key| key.try_into().ok());
        let key = key.ok_or_else(|| {
            format!(
                "{}: expected a public key of 64 hexadecimal digits",
                path.display()
            )
        })?;
        keys.push((region.to_string_lossy().into_owned(), key));
    }
    Ok(keys)
}
