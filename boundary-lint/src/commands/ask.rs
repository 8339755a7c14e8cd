//! `ask`: short answers to what auditors, buyers and tenants ask, each with the places it rests on.
//!
//! An answer says what is declared and enforced. What only a running system knows is named as such, with where it is to be asked.

use std::io::Write;

use boundary_schema::{Plane, Policy};

use crate::error::Error;
use crate::facts::Facts;
use crate::report::human::indented;
use crate::report::map::{Report, Row, is_personal};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Question {
    /// Where is this field, why, who owns its region, which key protects it, which sinks may have it?
    Field {
        /// The column: `email`, `customers.email`, `public.customers.email`, or a field of an event.
        name: String,
    },
    /// Where does the data live, and who holds the keys? (M122)
    Where,
    /// Is the data of a region under keys of that region? (M118)
    Keys {
        /// The region or jurisdiction: `eu`, `EU`.
        region: String,
    },
    /// Who can open values: roles, purposes, packages? (M120)
    Decrypt {
        /// Only this column.
        name: Option<String>,
    },
    /// What happens when a person asks to be deleted: what is erased, which copies with it? (M121)
    Erasure {
        /// Only this table: `customers`.
        table: Option<String>,
    },
    /// Can what a merchant had be deleted from backups? (M119)
    Backups,
    /// Can one merchant be suspended, erased, pinned to a region, bring its own key, see its access log? (M117)
    Merchant,
    /// Data has to be in this region, under a key of our own: what is to be done? (M123)
    Onboard {
        /// The region: `eu`.
        region: String,
    },
}

/// Answers.
///
/// # Errors
///
/// [`Error::Ask`] where the question names something that is not declared, and where the output cannot be written.
pub fn run(out: &mut impl Write, facts: &Facts, report: &Report, question: &Question) -> Result<(), Error> {
    let Some(policy) = &facts.policy else {
        return Err(Error::Ask("there is no policy to answer from".to_owned()));
    };
    let mut answer = Answer { out, policy, report };
    match question {
        Question::Field { name } => answer.field(name),
        Question::Where => answer.whereabouts(),
        Question::Keys { region } => answer.keys(region),
        Question::Decrypt { name } => answer.decrypt(name.as_deref()),
        Question::Erasure { table } => answer.erasure(table.as_deref()),
        Question::Backups => answer.backups(),
        Question::Merchant => answer.merchant(),
        Question::Onboard { region } => answer.onboard(region),
    }
}

struct Answer<'a, W> {
    out: &'a mut W,
    policy: &'a Policy,
    report: &'a Report,
}

impl<'a, W: Write> Answer<'a, W> {
    /// A statement, and the places that it rests on.
    fn say(&mut self, statement: &str, places: &[&str]) -> Result<(), Error> {
        let mut lines = Vec::new();
        indented(&mut lines, statement)?;
        // The first line is not set in.
        let text = String::from_utf8_lossy(&lines).into_owned();
        let text = text.strip_prefix("    ").unwrap_or(&text);
        self.out.write_all(text.as_bytes())?;
        for place in places.iter().filter(|place| !place.is_empty()) {
            writeln!(self.out, "    at {place}")?;
        }
        Ok(())
    }

    /// Where the policy decides something.
    fn decided(&self, kind: &str, name: &str) -> &'a str {
        let decided = self
            .report
            .decided
            .iter()
            .find(|decided| decided.kind == kind && decided.name == name);
        decided.map_or("", |decided| decided.at.as_str())
    }

    /// The rows of a name: the whole, or from its last parts on.
    fn rows(&self, name: &str) -> Result<Vec<&'a Row>, Error> {
        let report = self.report;
        let all = || report.columns.iter().chain(&report.fields);
        let is = |row: &&Row| {
            let whole = format!("{}.{}", row.table, row.column);
            whole == name
                || whole
                    .strip_suffix(name)
                    .is_some_and(|before| before.ends_with('.'))
        };
        let found: Vec<&'a Row> = all().filter(is).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let names: Vec<String> = all().map(|row| format!("{}.{}", row.table, row.column)).collect();
        let near = names
            .iter()
            .map(|known| (strsim::jaro_winkler(known, name), known))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(score, _)| *score > 0.7);
        Err(Error::Ask(match near {
            Some((_, near)) => format!("there is no column or field `{name}`; did you mean `{near}`?"),
            None => format!("there is no column or field `{name}`"),
        }))
    }

    fn field(&mut self, name: &str) -> Result<(), Error> {
        for row in self.rows(name)? {
            self.one(row)?;
        }
        Ok(())
    }

    fn one(&mut self, row: &Row) -> Result<(), Error> {
        writeln!(self.out, "{}.{} ({})", row.table, row.column, row.of)?;
        if row.classified == "no" {
            return self.say("What it is: nobody has said. Until somebody does, it counts as not allowed anywhere, and CI fails.", &[&row.born]);
        }
        let what = match (row.category.as_str(), row.role) {
            ("", role) => {
                format!("What it is: its part in the record is `{role}`; it holds no category of its own.")
            }
            (category, _) => format!("What it is: {category}, which is {}.", row.sensitivity),
        };
        self.say(&what, &[&row.declared])?;
        if row.category.is_empty() {
            return Ok(());
        }
        let regions: Vec<String> = self
            .policy
            .regions()
            .values()
            .filter(|region| region.plane == Plane::InCountry)
            .map(|region| format!("{} ({})", region.name, region.jurisdiction))
            .collect();
        let place = match row.residency.as_str() {
            "global" => "Where: anywhere; its table may be replicated to every region.".to_owned(),
            "in_country" => format!(
                "Where: only in the region of its subject, which is one of {}.",
                regions.join(", ")
            ),
            "regional" => format!(
                "Where: in the regions of its subject's jurisdiction, of {}.",
                regions.join(", ")
            ),
            pinned => format!("Where: {pinned}, whoever its subject is."),
        };
        self.say(&place, &[&row.born])?;
        match row.purposes.is_empty() {
            true => self.say("Why: no purpose is declared, so no session can open it.", &[])?,
            false => self.say(&format!("Why: {}.", row.purposes.join(", ")), &[])?,
        }
        let key = match row.held {
            "sealed" => format!("Key: {}; the record's data key is wrapped by it.", row.key),
            "resident" => {
                "Key: none of its own; it is plain in its region's store, and unreadable elsewhere."
                    .to_owned()
            }
            "plain" => "Key: none; it is plain.".to_owned(),
            _ => "Key: not known; no struct holds it, so nothing seals it.".to_owned(),
        };
        self.say(&key, &[])?;
        let sinks = match row.sinks.is_empty() {
            true => "Sinks: none may have its raw form.".to_owned(),
            false => format!("Sinks: {}.", row.sinks.join(", ")),
        };
        self.say(&sinks, &[])?;
        let release = match row.release.is_empty() {
            true => "Across the border: in no form.".to_owned(),
            false => format!("Across the border: {}, by the gate.", row.release.join(", ")),
        };
        self.say(&release, &[])?;
        let derived = match row.derived.is_empty() {
            true => "Derived from it: nothing that is declared.".to_owned(),
            false => format!("Derived from it, and erased with it: {}.", row.derived.join(", ")),
        };
        self.say(&derived, &[])
    }

    fn whereabouts(&mut self) -> Result<(), Error> {
        let counts = self.report.counts;
        let lease = self.decided("setting", "keys.lease");
        for region in self.policy.regions().values() {
            let statement = match region.plane {
                Plane::InCountry => format!(
                    "{} ({}): raw values and their keys, one authority for each tenant. {} of {} columns stay with their subject.",
                    region.name, region.jurisdiction, self.report.minimum.stays, counts.columns
                ),
                Plane::Central => format!(
                    "{} ({}): no keys and no raw values; only what the gate released, and what is global.",
                    region.name, region.jurisdiction
                ),
            };
            let at = self.decided("region", region.name.as_str());
            self.say(&statement, &[at])?;
        }
        let seconds = self.policy.keys().lease.as_secs();
        self.say(
            &format!("An opened authority is held in memory for {seconds} seconds at most."),
            &[lease],
        )?;
        self.unknown()?;
        self.say("The picture is in `cargo boundary report --format html`. Which machines these are is known to who runs them.", &[])
    }

    /// What is not known must not be left out of an answer.
    fn unknown(&mut self) -> Result<(), Error> {
        let counts = self.report.counts;
        if counts.unclassified + counts.not_visible > 0 {
            let statement = format!(
                "Not known: {} columns are not classified, and {} places could not be seen.",
                counts.unclassified, counts.not_visible
            );
            let first = self.report.not_seen.first().map_or("", |note| note.at.as_str());
            self.say(&statement, &[first])?;
        }
        Ok(())
    }

    fn keys(&mut self, region: &str) -> Result<(), Error> {
        let of = |known: &&boundary_schema::Region| {
            known.name.as_str() == region || known.jurisdiction.as_str() == region
        };
        let regions: Vec<_> = self.policy.regions().values().filter(of).collect();
        if regions.is_empty() {
            let known: Vec<&str> = self.policy.regions().keys().map(|name| name.as_str()).collect();
            return Err(Error::Ask(format!(
                "there is no region `{region}`; the policy has {}",
                known.join(", ")
            )));
        }
        let sealed = self.report.counts.sealed;
        for region in regions {
            let at = self.decided("region", region.name.as_str());
            if region.plane == Plane::Central {
                self.say(
                    &format!(
                        "{} is central: it has no keys, and its code cannot link what opens values.",
                        region.name
                    ),
                    &[at],
                )?;
                continue;
            }
            self.say(
                &format!(
                    "{}: yes. A key authority is of one tenant and one region, and the sealed bytes are bound to both, so the {sealed} sealed \
                     columns of records at home in {} open with keys of {} and with no other.",
                    region.name, region.name, region.name
                ),
                &[at],
            )?;
        }
        let forbidden = [
            "central-reaches-vault",
            "vault-in-central-binary",
            "key-in-database",
            "seam-outside-vault",
        ];
        let broken: Vec<&str> = self
            .report
            .findings
            .iter()
            .filter(|count| forbidden.contains(&count.rule))
            .map(|count| count.first.as_str())
            .collect();
        match broken.is_empty() {
            true => self.say(
                "Checked: no central package reaches the vault, and no key is in a migration.",
                &[],
            )?,
            false => self.say(
                "NOT AS DECLARED: the check found ways to keys outside of the vault.",
                &broken,
            )?,
        }
        self.say("Which custody holds the key of a tenant is recorded when the tenant is provisioned: ask the vault's authorities.", &[])
    }

    fn decrypt(&mut self, name: Option<&str>) -> Result<(), Error> {
        let wanted: Vec<String> = match name {
            Some(name) => self
                .rows(name)?
                .iter()
                .flat_map(|row| row.purposes.clone())
                .collect(),
            None => self
                .report
                .columns
                .iter()
                .flat_map(|row| row.purposes.clone())
                .collect(),
        };
        let policy = self.policy;
        for role in policy.roles().values() {
            let purposes: Vec<String> = role
                .purposes
                .iter()
                .filter_map(|purpose| policy.purposes().get(purpose))
                .map(|purpose| format!("{} ({})", purpose.name, purpose.basis))
                .filter(|purpose| wanted.contains(purpose))
                .collect();
            if purposes.is_empty() {
                continue;
            }
            let at = self.decided("role", role.name.as_str());
            let statement = format!(
                "{}: for {}, in a region that is its own, with a grant for the subject.",
                role.name,
                purposes.join(", ")
            );
            self.say(&statement, &[at])?;
        }
        let notes: Vec<(String, String)> = self
            .report
            .minimum
            .crates
            .iter()
            .filter(|note| note.says.contains("vault") || note.says.contains("both sides"))
            .map(|note| (format!("Code: {} {}.", note.name, note.says), note.at.clone()))
            .collect();
        for (statement, at) in notes {
            self.say(&statement, &[&at])?;
        }
        self.say(
            "Who had the capability in a period, and who used it, is in the audit log of each region.",
            &[],
        )
    }

    fn erasure(&mut self, table: Option<&str>) -> Result<(), Error> {
        let report = self.report;
        let is = |row: &&Row| {
            table.is_none_or(|table| {
                row.table == table
                    || row
                        .table
                        .strip_suffix(table)
                        .is_some_and(|before| before.ends_with('.'))
            })
        };
        let all = || report.columns.iter().chain(&report.fields);
        let mut tables: Vec<&str> = all()
            .filter(|row| row.role == "subject")
            .filter(is)
            .map(|row| row.table.as_str())
            .collect();
        tables.sort_unstable();
        tables.dedup();
        if let (Some(table), true) = (table, tables.is_empty()) {
            return Err(Error::Ask(format!(
                "no table or event `{table}` says whom its records are about"
            )));
        }
        for table in tables {
            let rows: Vec<&Row> = all().filter(|row| row.table == table).collect();
            let sealed = rows.iter().filter(|row| row.held == "sealed").count();
            let mut derived: Vec<&str> = rows
                .iter()
                .flat_map(|row| &row.derived)
                .map(String::as_str)
                .collect();
            derived.sort_unstable();
            derived.dedup();
            let subject = rows
                .iter()
                .find(|row| row.role == "subject")
                .map_or("", |row| row.declared.as_str());
            let copies = match derived.is_empty() {
                true => "Nothing that is declared is derived from it.".to_owned(),
                false => format!("Erased with it: {}.", derived.join(", ")),
            };
            let statement = format!(
                "{table}: records are found by their subject and deleted; with the record's data key the {sealed} sealed values of each are gone. {copies}"
            );
            self.say(&statement, &[subject])?;
        }
        let without: Vec<&Row> = report
            .columns
            .iter()
            .filter(|row| row.classified == "declared" && is_personal(row))
            .filter(|row| !all().any(|other| other.table == row.table && other.role == "subject"))
            .collect();
        for row in without {
            let statement = format!(
                "NOT REACHED: {}.{} is about people, and its table does not say whom.",
                row.table, row.column
            );
            self.say(&statement, &[&row.declared])?;
        }
        self.unknown()?;
        self.backups()?;
        self.say(
            "Each erasure leaves a tombstone and a line in the audit log, without personal data.",
            &[],
        )
    }

    fn backups(&mut self) -> Result<(), Error> {
        let Some(backups) = self.policy.backups() else {
            return self.say("Backups: not decided. The policy has no `[backups]`, so nobody can say when an erasure reaches them.", &[]);
        };
        let (keys, rows) = (backups.keys.as_secs() / 86_400, backups.rows.as_secs() / 86_400);
        let at = self.decided("setting", "backups.keys");
        let statement = format!(
            "Backups: of keys for {keys} days, of rows for {rows}. Sealed values that were erased can be opened from a backup for {keys} days \
             at most; those of a tenant whose authority was destroyed cannot be opened from any, at once."
        );
        self.say(&statement, &[at])?;
        let resident = self
            .report
            .columns
            .iter()
            .filter(|row| row.held == "resident")
            .count();
        if resident > 0 {
            let statement = format!(
                "{resident} columns are resident and not sealed: no key is needed to read them, so they are in backups of rows for {rows} days."
            );
            self.say(&statement, &[])?;
        }
        let at = self.decided("setting", "backups.restore");
        self.say(
            &format!(
                "A restore goes by {}: erasures are repeated before anything is served.",
                backups.restore
            ),
            &[at],
        )
    }

    fn merchant(&mut self) -> Result<(), Error> {
        let lease = self.policy.keys().lease.as_secs();
        let at = self.decided("setting", "keys.lease");
        self.say(
            &format!("Suspend: yes, by its authority in each region; every process stops opening its values within {lease} seconds."),
            &[at],
        )?;
        self.say(
            "Erase: yes, by destroying its authorities; nobody else shares a key with it.",
            &[],
        )?;
        self.say("Pin to a region: a record's region is that of its subject; fields that are pinned to a region stay there.", &[])?;
        self.say("Bring its own key: yes; the authority's key reference is set for this tenant, and rows are not touched.", &[])?;
        self.say("Access log: every opening is a line of the region's audit log with tenant, purpose and principal.", &[])?;
        self.say("These are operations of the vault and the control plane; the lint proves only that no other way to a key is declared.", &[])
    }

    fn onboard(&mut self, region: &str) -> Result<(), Error> {
        let known = self
            .policy
            .regions()
            .values()
            .find(|known| known.name.as_str() == region || known.jurisdiction.as_str() == region);
        match known {
            Some(known) if known.plane == Plane::InCountry => {
                let at = self.decided("region", known.name.as_str());
                let name = known.name.clone();
                self.say(
                    &format!("{name} is there. Provision the tenant in {name} and point its authority's key reference at its own key; nothing is compiled anew."),
                    &[at],
                )
            }
            Some(known) => {
                let name = known.name.clone();
                let at = self.decided("region", name.as_str());
                self.say(&format!("{name} is central and holds no raw values: nobody can be at home there."), &[at])
            }
            None => self.say(
                &format!("{region} is no region of the policy yet. Add `[regions.{region}]`, deploy the in-country service there with its custody and store, then provision the tenant."),
                &[],
            ),
        }
    }
}
