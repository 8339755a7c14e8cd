//! Building and running the example's binaries.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// The binaries of the example, and the folders that their processes work in.
pub(crate) struct Processes {
    cargo: PathBuf,
    workspace: PathBuf,
    binaries: PathBuf,
    pub(crate) home: PathBuf,
}

impl Processes {
    /// Builds the example's binaries.
    pub(crate) fn build(home: &Path) -> Result<Self, Failure> {
        let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../..")
            .canonicalize()?;
        let built = Command::new(&cargo)
            .current_dir(&workspace)
            .args([
                "build",
                "--package",
                "payments-in-country",
                "--package",
                "payments-central",
            ])
            .status()?;
        if !built.success() {
            return Err("the example's binaries did not build; the compiler's messages are above".into());
        }
        // The demo itself was built into the same folder.
        let binaries = std::env::current_exe()?
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        Ok(Self {
            cargo,
            workspace,
            binaries,
            home: home.to_owned(),
        })
    }

    /// A folder of the demo, made if it is not there.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.home.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The folder of the database migrations.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.workspace.join("examples/payments/migrations")
    }

    /// Runs a command of the in-country service in a region, and gives its answer.
    pub(crate) fn in_country(&self, region: &str, arguments: &[&str]) -> Result<Value, Failure> {
        let mut command = Command::new(self.binaries.join("payments-in-country"));
        command
            .arg("--region")
            .arg(region)
            .arg("--home")
            .arg(self.folder(region)?)
            .args(arguments);
        Ok(serde_json::from_str(&output(command)?)?)
    }

    /// The canaries that regulated texts hold.
    pub(crate) fn canaries(&self) -> Result<Vec<String>, Failure> {
        let mut command = Command::new(self.binaries.join("payments-in-country"));
        command
            .args(["--region", "in", "--home"])
            .arg(&self.home)
            .arg("canaries");
        Ok(output(command)?.lines().map(str::to_owned).collect())
    }

    /// Runs a command of the central pipeline, and gives its answer. What it prints is kept as its log.
    pub(crate) fn central(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let home = self.folder("central")?;
        let mut command = Command::new(self.binaries.join("payments-central"));
        command
            .arg("--home")
            .arg(&home)
            .arg("--public-keys")
            .arg(self.folder("public-keys")?)
            .args(arguments);
        let text = output(command)?;
        let log = home.join("central.log");
        let earlier = std::fs::read_to_string(&log).unwrap_or_default();
        std::fs::write(&log, earlier + &text)?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Compiles the central pipeline with the line that asks for a raw field. Gives the compiler's refusal.
    pub(crate) fn compile_forbidden(&self) -> Result<String, Failure> {
        let compiled = Command::new(&self.cargo)
            .current_dir(&self.workspace)
            .env("CARGO_TERM_COLOR", "never")
            .args([
                "rustc",
                "--quiet",
                "--package",
                "payments-central",
                "--bin",
                "payments-central",
            ])
            .args(["--", "--cfg", "asks_for_email"])
            .output()?;
        if compiled.status.success() {
            return Err("the central pipeline compiled although it asks for a raw in-country field".into());
        }
        Ok(String::from_utf8_lossy(&compiled.stderr).into_owned())
    }
}

fn output(mut command: Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(format!(
        "{} failed; its message is above",
        Path::new(command.get_program()).display()
    )
    .into())
}
