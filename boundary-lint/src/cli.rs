//! The command line: one table of options feeds the parser and the help.

use std::io::Write;
use std::path::{Path, PathBuf};

use boundary_schema::manifest::Manifest;
use boundary_schema::{Dialect, Policy};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{ask, compare, lock, report as report_command};
use crate::error::Error;
use crate::facts::{Facts, Input, collect};
use crate::suppress::Judged;
use crate::{adopt, base, baseline, ddl, exchange, report, rules, suppress, write};

/// No column without a classification.
#[derive(Debug, Parser)]
#[command(name = "cargo boundary", bin_name = "cargo boundary", version, after_help = EXIT)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

const DIFF_EXIT: &str =
    "Exit status: 0 nothing widens without an approval, 1 something does, 2 could not run.";
const EXIT: &str = "Exit status: 0 clean, 1 findings, 2 could not run.";

#[derive(Debug, Subcommand)]
enum Action {
    /// Check every column and crate against the declarations and the policy.
    #[command(after_help = EXIT)]
    Check {
        #[command(flatten)]
        sources: SourceOptions,
        /// Look at central crates with all macros expanded as well, which takes a build of its own.
        #[arg(long)]
        expanded: bool,
        /// A binary of the central plane, which must not hold the vault.
        #[arg(long, value_name = "PATH", num_args = 1..)]
        binary: Vec<PathBuf>,
        /// A file of findings that are known and reported no more; it only gets shorter.
        #[arg(long, value_name = "FILE")]
        baseline: Option<PathBuf>,
        /// Write the baseline: all findings where there is none yet, otherwise without what is mended.
        #[arg(long, requires = "baseline")]
        write_baseline: bool,
        /// Report only what the tree of this git revision does not have.
        #[arg(long, value_name = "REV")]
        base: Option<String>,
        /// Compare boundary.lock with what is declared, too.
        #[arg(long)]
        locked: bool,
        /// The day that suppressions are judged by [default: today].
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, hide = true)]
        today: Option<String>,
        /// How to print the findings.
        #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
        format: CheckFormat,
        /// Write the findings to this file instead of printing them.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Write a first boundary.toml, and list what is not classified yet.
    #[command(after_help = EXIT)]
    Init {
        /// The folder that gets the policy.
        #[arg(long, value_name = "DIR", default_value = ".")]
        root: PathBuf,
        /// Show the policy instead of writing it.
        #[arg(long)]
        dry_run: bool,
    },
    /// List the columns that are not classified, each with what it probably is.
    #[command(after_help = EXIT)]
    Suggest {
        #[command(flatten)]
        sources: SourceOptions,
        /// How to print the list; `toml` is what `fix` reads.
        #[arg(long, value_enum, default_value_t = SuggestFormat::Human)]
        format: SuggestFormat,
    },
    /// Put the attributes that a person accepted into the structs, and check again.
    #[command(after_help = EXIT)]
    Fix {
        /// The file of `suggest --format toml`, with `accepted = true` where it is right.
        file: PathBuf,
        /// The folder of boundary.toml [default: the nearest one, from here up].
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Write boundary.lock: everything that is declared, one item a line.
    #[command(after_help = EXIT)]
    Manifest {
        /// The folder of boundary.toml [default: the nearest one, from here up].
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Show what changed, and whether more may be done with data than before.
    #[command(after_help = DIFF_EXIT)]
    Diff {
        /// Where to start from: a git revision, or a lock file.
        base: String,
        /// Where it leads to: a git revision, or a lock file [default: the working tree].
        head: Option<String>,
        /// The folder of boundary.toml [default: the nearest one, from here up].
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// How to print the changes.
        #[arg(long, value_enum, default_value_t = compare::Format::Human)]
        format: compare::Format,
        /// The day that approvals are judged by [default: today].
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, hide = true)]
        today: Option<String>,
    },
    /// Report where data is, why, and who holds the keys.
    #[command(
        after_help = "Exit status: 0 the report is written, 2 could not run. What `check` finds is in it."
    )]
    Report {
        /// The folder of boundary.toml [default: the nearest one, from here up].
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// How to print it.
        #[arg(long, value_enum, default_value_t = report_command::Format::Markdown)]
        format: report_command::Format,
        /// Write it to this file instead of printing it.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Show what changed since a git revision, or since a lock file.
        #[arg(long, value_name = "REV")]
        base: Option<String>,
        /// What links to files begin with, such as https://example.com/repository/blob/main/ [default: the files beside the page].
        #[arg(long, value_name = "URL", default_value = "", hide_default_value = true, value_parser = link)]
        link: String,
        /// The day that suppressions are judged by [default: today].
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, hide = true)]
        today: Option<String>,
    },
    /// Answer what auditors, buyers and tenants ask, from what is declared and enforced.
    #[command(
        after_help = "Exit status: 0 answered, 2 could not run, or the question names what is not there."
    )]
    Ask {
        #[command(subcommand)]
        question: ask::Question,
        /// The folder of boundary.toml [default: the nearest one, from here up].
        #[arg(long, value_name = "DIR", global = true)]
        root: Option<PathBuf>,
    },
    /// Write the classification in a format of other tools: docs/exchange.md says what each of them loses.
    #[command(after_help = EXIT)]
    Export {
        #[command(flatten)]
        sources: SourceOptions,
        /// The format.
        #[arg(long, value_enum)]
        format: exchange::Format,
        /// The day that formats with a time are given [default: today].
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, hide = true)]
        today: Option<String>,
        /// Write it to this file instead of printing it.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print what a file of another tool says of the columns, as suggestions for `fix`.
    #[command(after_help = EXIT)]
    Import {
        /// The format of the file.
        format: exchange::Foreign,
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        sources: SourceOptions,
    },
    /// Print the page of a rule, or a line about each.
    Explain {
        /// The rule.
        rule: Option<String>,
    },
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
    /// List every use of `disclose`, the one exit from an opened value, with its reason.
    #[command(after_help = EXIT)]
    Exits {
        /// The folder of boundary.toml [default: the nearest one, from here up].
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// How to print the list.
        #[arg(long, value_enum, default_value_t = ExitsFormat::Human)]
        format: ExitsFormat,
    },
    /// List every column with its classification and the place where it came to be.
    #[command(after_help = EXIT)]
    Columns {
        #[command(flatten)]
        sources: SourceOptions,
        /// How to print the list.
        #[arg(long, value_enum, default_value_t = ColumnsFormat::Human)]
        format: ColumnsFormat,
    },
    /// Print SQL for Postgres from the model: row security and keys of tenants, tables, comments with the declarations.
    #[command(after_help = "Exit status: 0 printed, 2 could not run.")]
    Ddl {
        #[command(flatten)]
        sources: SourceOptions,
    },
}

#[derive(Args, Debug)]
struct SourceOptions {
    /// The folder of boundary.toml [default: the nearest one, from here up].
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// A folder of SQL migrations, instead of all that are found; several make one database, in the order given.
    #[arg(long, value_name = "DIR")]
    migrations: Vec<PathBuf>,
    /// The dialect of these folders [default: told from their paths and statements].
    #[arg(long, value_name = "DIALECT", requires = "migrations", value_parser = dialect)]
    dialect: Option<Dialect>,
    /// Compare with a live Postgres of this machine, whose URL this variable of the environment holds.
    #[cfg(feature = "live")]
    #[arg(long, value_name = "VARIABLE", num_args = 0..=1, default_missing_value = "DATABASE_URL")]
    live: Option<String>,
}

fn dialect(text: &str) -> Result<Dialect, String> {
    text.parse()
        .map_err(|error: boundary_schema::UnknownWord| error.to_string())
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CheckFormat {
    /// Text for people.
    Human,
    /// JSON of this tool, with a version.
    Json,
    /// SARIF 2.1.0, as GitHub's code scanning reads it.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// Cargo's JSON messages, which editors read.
    Cargo,
}

impl CheckFormat {
    fn write(self, out: &mut impl Write, facts: &Facts, judged: &Judged, root: &Path) -> Result<(), Error> {
        match self {
            CheckFormat::Human => report::human::write(out, facts, judged)?,
            CheckFormat::Json => report::json::write(out, facts, judged)?,
            CheckFormat::Sarif => report::sarif::write(out, facts, judged)?,
            CheckFormat::Github => report::github::write(out, facts, judged)?,
            CheckFormat::Gitlab => report::gitlab::write(out, facts, judged)?,
            CheckFormat::Cargo => report::cargo::write(out, facts, judged, root)?,
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SuggestFormat {
    Human,
    Json,
    Toml,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExitsFormat {
    Human,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ColumnsFormat {
    Human,
    Csv,
    Json,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to report.
    Clean,
    /// There are findings.
    Findings,
}

impl Command {
    /// Runs the command; results go to `out`, remarks about them to `remarks`.
    ///
    /// # Errors
    ///
    /// [`Error`] where the run could not be made.
    pub fn run(&self, out: &mut impl Write, remarks: &mut impl Write) -> Result<Outcome, Error> {
        match &self.action {
            Action::Check {
                sources,
                expanded,
                binary,
                baseline,
                write_baseline,
                base,
                locked,
                today,
                format,
                output,
            } => {
                let root = sources.root()?;
                let input = Input {
                    root: Some(root.clone()),
                    migrations: sources.migrations.clone(),
                    dialect: sources.dialect,
                    #[cfg(feature = "live")]
                    live: sources.live.clone(),
                    crates: true,
                    expanded: *expanded,
                    binaries: binary.clone(),
                };
                let mut facts = match collect(&input) {
                    Err(Error::Policy(errors)) => {
                        // Programs that read a format read mistakes in it, too; people read them from the error.
                        if !matches!(format, CheckFormat::Human) {
                            let (facts, judged) = report::policy::findings(&errors);
                            print(out, output.as_deref(), *format, &facts, &judged, &root)?;
                        }
                        return Err(Error::Policy(errors));
                    }
                    collected => collected?,
                };
                let today = today.clone().unwrap_or_else(today_by_the_clock);
                let mut judged = suppress::apply(&facts, rules::check(&facts), &today);
                if let Some(revision) = base {
                    let mut inherited = base::findings(&input, revision, &today)?;
                    judged.inherited = baseline::subtract(&facts, &mut judged, &mut inherited);
                }
                if let (Some(file), true) = (baseline, *write_baseline) {
                    let written = baseline::write_file(&facts, &judged, file)?;
                    writeln!(remarks, "{}: {written} findings", file.display())?;
                }
                if let Some(file) = baseline {
                    baseline::apply(&mut facts, &mut judged, &root, &absolute(file))?;
                }
                if *locked {
                    lock::apply(&mut facts, &mut judged, &root)?;
                }
                print(out, output.as_deref(), *format, &facts, &judged, &root)?;
                let outcome = match judged.findings.is_empty() {
                    true => Outcome::Clean,
                    false => Outcome::Findings,
                };
                // The process ends here, and giving back a million texts one by one takes a tenth of the run.
                std::mem::forget((facts, judged));
                Ok(outcome)
            }
            Action::Init { root, dry_run } => {
                let root = absolute(root);
                if *dry_run {
                    out.write_all(adopt::init::text(&root).as_bytes())?;
                    return Ok(Outcome::Clean);
                }
                let path = adopt::init::write(&root)?;
                writeln!(remarks, "{} is written; decide what it says", path.display())?;
                let facts = collect(&Input {
                    root: Some(root),
                    ..Input::default()
                })?;
                adopt::suggestions::write_human(out, &facts)?;
                remark(remarks, &facts)?;
                Ok(Outcome::Clean)
            }
            Action::Suggest { sources, format } => {
                let facts = sources.project()?;
                match format {
                    SuggestFormat::Human => adopt::suggestions::write_human(out, &facts)?,
                    SuggestFormat::Json => adopt::suggestions::write_json(out, &facts)?,
                    SuggestFormat::Toml => adopt::suggestions::write_toml(out, &facts)?,
                }
                remark(remarks, &facts)?;
                Ok(Outcome::Clean)
            }
            Action::Fix { file, root } => {
                let sources = SourceOptions::of(root);
                let input = Input {
                    root: Some(sources.root()?),
                    crates: true,
                    ..Input::default()
                };
                let facts = collect(&input)?;
                let Some(policy) = &facts.policy else {
                    return Ok(Outcome::Clean);
                };
                let fixed = adopt::fix::apply(&facts, policy, file)?;
                writeln!(
                    remarks,
                    "{} put in, {} not accepted, {} left",
                    fixed.inserted,
                    fixed.waiting,
                    fixed.left.len()
                )?;
                for left in &fixed.left {
                    writeln!(remarks, "warning: {left}")?;
                }
                let facts = collect(&input)?;
                let judged = suppress::apply(&facts, rules::check(&facts), &today_by_the_clock());
                report::human::write(out, &facts, &judged)?;
                Ok(match judged.findings.is_empty() && fixed.left.is_empty() {
                    true => Outcome::Clean,
                    false => Outcome::Findings,
                })
            }
            Action::Manifest { root } => {
                let root = SourceOptions::of(root).root()?;
                let facts = collect(&Input {
                    root: Some(root.clone()),
                    crates: true,
                    ..Input::default()
                })?;
                let written = lock::write_file(&facts, &root)?;
                writeln!(remarks, "{}: {written} items", Manifest::FILE_NAME)?;
                remark(remarks, &facts)?;
                Ok(Outcome::Clean)
            }
            Action::Diff {
                base,
                head,
                root,
                format,
                today,
            } => {
                let root = SourceOptions::of(root).root()?;
                let today = today.clone().unwrap_or_else(today_by_the_clock);
                match compare::run(out, &root, base, head.as_deref(), *format, &today)? {
                    true => Ok(Outcome::Clean),
                    false => Ok(Outcome::Findings),
                }
            }
            Action::Report {
                root,
                format,
                output,
                base,
                link,
                today,
            } => {
                let wanted = report_command::Wanted {
                    root: SourceOptions::of(root).root()?,
                    format: *format,
                    base: base.clone(),
                    link: link.clone(),
                    today: today.clone().unwrap_or_else(today_by_the_clock),
                };
                report_command::run(out, &wanted, output.as_deref())?;
                Ok(Outcome::Clean)
            }
            Action::Ask { question, root } => {
                let facts = collect(&Input {
                    root: Some(SourceOptions::of(root).root()?),
                    crates: true,
                    ..Input::default()
                })?;
                let judged = suppress::apply(&facts, rules::check(&facts), &today_by_the_clock());
                let report = report::map::of(&facts, &judged, None);
                ask::run(out, &facts, &report, question)?;
                Ok(Outcome::Clean)
            }
            Action::Export {
                sources,
                format,
                today,
                output,
            } => {
                let facts = sources.project()?;
                let today = today.clone().unwrap_or_else(today_by_the_clock);
                let (text, said) = exchange::export(&facts, *format, &today)?;
                match output {
                    Some(file) => write::replace(file, text.as_bytes())?,
                    None => out.write_all(text.as_bytes())?,
                }
                warn(remarks, &said)?;
                remark(remarks, &facts)?;
                Ok(Outcome::Clean)
            }
            Action::Import {
                format,
                file,
                sources,
            } => {
                let facts = sources.project()?;
                let (text, said) = exchange::import(&facts, *format, file)?;
                out.write_all(text.as_bytes())?;
                warn(remarks, &said)?;
                remark(remarks, &facts)?;
                Ok(Outcome::Clean)
            }
            Action::Explain { rule } => {
                adopt::explain::write(out, rule.as_deref())?;
                Ok(Outcome::Clean)
            }
            Action::Completions { shell } => {
                let mut text = Vec::new();
                clap_complete::generate(*shell, &mut binary(), "cargo-boundary", &mut text);
                out.write_all(&text)?;
                Ok(Outcome::Clean)
            }
            Action::Man => {
                clap_mangen::Man::new(binary()).render(out)?;
                Ok(Outcome::Clean)
            }
            Action::Exits { root, format } => {
                let sources = SourceOptions::of(root);
                let facts = collect(&Input {
                    root: Some(sources.root()?),
                    crates: true,
                    ..Input::default()
                })?;
                match format {
                    ExitsFormat::Human => report::exits::write_human(out, &facts)?,
                    ExitsFormat::Json => report::exits::write_json(out, &facts)?,
                }
                Ok(Outcome::Clean)
            }
            Action::Columns { sources, format } => {
                // Named migrations and a live database can be listed without any policy.
                let root = match (&sources.root, sources.asks_for_the_project()) {
                    (None, false) => sources.root().ok(),
                    _ => Some(sources.root()?),
                };
                let facts = collect(&Input {
                    root,
                    migrations: sources.migrations.clone(),
                    dialect: sources.dialect,
                    #[cfg(feature = "live")]
                    live: sources.live.clone(),
                    crates: false,
                    expanded: false,
                    binaries: Vec::new(),
                })?;
                match format {
                    ColumnsFormat::Human => report::columns::write_human(out, &facts)?,
                    ColumnsFormat::Csv => report::columns::write_csv(out, &facts)?,
                    ColumnsFormat::Json => report::columns::write_json(out, &facts)?,
                }
                remark(remarks, &facts)?;
                Ok(Outcome::Clean)
            }
            Action::Ddl { sources } => {
                let facts = collect(&Input {
                    root: Some(sources.root()?),
                    migrations: sources.migrations.clone(),
                    dialect: sources.dialect,
                    #[cfg(feature = "live")]
                    live: sources.live.clone(),
                    ..Input::default()
                })?;
                out.write_all(ddl::script(&facts)?.as_bytes())?;
                remark(remarks, &facts)?;
                Ok(Outcome::Clean)
            }
        }
    }
}

/// The command as the binary's own name calls it, without cargo.
fn binary() -> clap::Command {
    <Command as clap::CommandFactory>::command()
        .name("cargo-boundary")
        .bin_name("cargo-boundary")
}

/// Writes the findings to where they belong; a file is replaced as a whole.
fn print(
    out: &mut impl Write,
    file: Option<&Path>,
    format: CheckFormat,
    facts: &Facts,
    judged: &Judged,
    root: &Path,
) -> Result<(), Error> {
    let Some(file) = file else {
        return format.write(out, facts, judged, root);
    };
    let mut text = Vec::new();
    format.write(&mut anstream::StripStream::new(&mut text), facts, judged, root)?;
    write::replace(file, &text)
}

/// The only place where the lint reads a clock.
fn today_by_the_clock() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    suppress::day_of(now.map_or(0, |since| since.as_secs()))
}

/// A link that runs nothing.
fn link(text: &str) -> Result<String, String> {
    let scheme = text
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        None | Some("http" | "https" | "file" | "vscode") => Ok(text.to_owned()),
        Some(_) => Err("links begin with https:, http:, file: or vscode:, or are relative".to_owned()),
    }
}

fn day(text: &str) -> Result<String, String> {
    if suppress::is_day(text) {
        Ok(text.to_owned())
    } else {
        Err("a day is written YYYY-MM-DD".to_owned())
    }
}

fn warn(remarks: &mut impl Write, said: &[String]) -> std::io::Result<()> {
    said.iter()
        .try_for_each(|line| writeln!(remarks, "warning: {line}"))
}

/// Says what the list may lack. The list itself stays free of it, so that programs can read it.
fn remark(remarks: &mut impl Write, facts: &Facts) -> std::io::Result<()> {
    for unseen in &facts.unseen {
        writeln!(
            remarks,
            "warning: {}: cannot be seen: {}",
            facts.sources.line_of(unseen.place),
            unseen.why
        )?;
    }
    Ok(())
}

impl SourceOptions {
    /// Only a root is given.
    fn of(root: &Option<PathBuf>) -> Self {
        SourceOptions {
            root: root.clone(),
            migrations: Vec::new(),
            dialect: None,
            #[cfg(feature = "live")]
            live: None,
        }
    }

    /// Whether nothing else is named that could be listed.
    fn asks_for_the_project(&self) -> bool {
        #[cfg(feature = "live")]
        if self.live.is_some() {
            return false;
        }
        self.migrations.is_empty()
    }

    /// The columns of the project with their declarations, without its crates.
    fn project(&self) -> Result<Facts, Error> {
        collect(&Input {
            root: Some(self.root()?),
            migrations: self.migrations.clone(),
            dialect: self.dialect,
            #[cfg(feature = "live")]
            live: self.live.clone(),
            ..Input::default()
        })
    }

    fn root(&self) -> Result<PathBuf, Error> {
        match &self.root {
            Some(root) => Ok(absolute(root)),
            None => {
                let file = Policy::find(".")?;
                Ok(absolute(file.parent().unwrap_or(&file)))
            }
        }
    }
}

/// Cargo gives absolute paths, and what lies below the root is shown without it. A folder that is not there is reported when it
/// is read.
fn absolute(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
