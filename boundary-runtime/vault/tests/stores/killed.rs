//! Processes that are killed in the middle, by SIGKILL: after every batch, and at every write that SQLite makes.
//!
//! The test binary runs itself again as the process that is killed; what it left behind is then looked at from here.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use boundary_runtime::TenantId;
use boundary_runtime::retrofit::{Retrofit, Stage};

use crate::postgres::{Cluster, Postgres, connect};
use crate::retrofit::{self, Bench, ROWS, plan};
use crate::site::{ALL, PEOPLE, Site, VISITORS, operator};
use crate::sqlite::Sqlite;

const JOB: &str = "BOUNDARY_TEST_CHILD_JOB";
const FOLDER: &str = "BOUNDARY_TEST_CHILD_FOLDER";
const SOCKET: &str = "BOUNDARY_TEST_CHILD_SOCKET";

/// The process that is killed. Without a job it does nothing.
#[tokio::test]
async fn child() {
    let (Ok(job), Ok(folder)) = (std::env::var(JOB), std::env::var(FOLDER)) else {
        return;
    };
    let site = Site::open(Path::new(&folder)).await;
    if job == "rewrap" {
        let rewrapper = site
            .vault
            .rewrapper(&operator(), &TenantId::new("acme"))
            .await
            .unwrap();
        site.store.rewrap(Arc::new(rewrapper), &ALL, 3).await.unwrap();
        return;
    }
    let (step, table) = job.split_once(' ').unwrap();
    let table = if table == "people" { &PEOPLE } else { &VISITORS };
    match std::env::var(SOCKET) {
        Ok(socket) => {
            let bench = Postgres {
                site: &site,
                client: connect(Path::new(&socket), "killed").await,
                socket: socket.into(),
                name: "killed".to_owned(),
                table,
            };
            work(&bench, &site, step).await;
        }
        Err(_) => work(&Sqlite { site: &site, table }, &site, step).await,
    }
}

async fn work<B: Bench>(bench: &B, site: &Site, step: &str) {
    let sessions = async || site.session().await;
    let plan = plan(bench.table());
    let name = plan.name();
    let mut retrofit = Retrofit::<String, _>::open(plan, bench.database().await)
        .await
        .unwrap()
        .with_progress(|_| {
            println!("batch");
            std::io::stdout().flush().unwrap();
        });
    if step == "undo" {
        retrofit.rollback(Some(&name), sessions).await.unwrap();
        return;
    }
    if retrofit.stage().await.unwrap() != Some(Stage::Clearing) {
        retrofit.run(sessions).await.unwrap();
        assert!(retrofit.verify(sessions).await.unwrap().is_complete());
    }
    retrofit.finish(sessions).await.unwrap();
}

fn command(job: &str, folder: &Path, socket: Option<&Path>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["killed::child", "--exact", "--nocapture"]);
    give(&mut command, job, folder, socket);
    command
}

fn give(command: &mut Command, job: &str, folder: &Path, socket: Option<&Path>) {
    command.env(JOB, job).env(FOLDER, folder);
    if let Some(socket) = socket {
        command.env(SOCKET, socket);
    }
}

/// Runs the child and kills it after so many batches; gives whether it was through before.
fn killed_after(batches: usize, mut command: Command) -> bool {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen = lines
        .map_while(Result::ok)
        .filter(|line| line.ends_with("batch"))
        .take(batches)
        .count();
    if seen == batches {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    assert!(status.success() || status.signal() == Some(9), "{status}");
    status.success()
}

/// Kills it after one batch, then after two, and so on, each time in the state that the one before left.
async fn killed_at_every_batch<B: Bench>(bench: &B, site: &Site, make: impl Fn(&str) -> Command) {
    retrofit::fill(bench).await;
    let mut kills = 0;
    for step in ["seal", "undo", "seal"] {
        let mut batches = 1;
        while !killed_after(batches, make(&format!("{step} {}", bench.name()))) {
            retrofit::reads(bench, site).await;
            batches += 1;
            kills += 1;
        }
        retrofit::reads(bench, site).await;
        let (keys, stage) = match step {
            "seal" => (22, Some(Stage::Finished)),
            _ => (0, None),
        };
        assert_eq!(bench.data_keys().await, keys, "after {step}");
        assert_eq!(retrofit::of_emails(bench).await.stage().await.unwrap(), stage);
    }
    assert!(kills > 12, "{kills} kills");
    let plain = format!("SELECT count(*) FROM {} WHERE email IS NOT NULL", bench.name());
    assert_eq!(bench.number(&plain).await, 0);
}

#[tokio::test]
async fn a_retrofit_that_is_killed_after_any_batch_goes_on_where_it_was_on_sqlite() {
    for table in [&PEOPLE, &VISITORS] {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(folder.path()).await;
        site.make_tables();
        let bench = Sqlite { site: &site, table };
        killed_at_every_batch(&bench, &site, |job| command(job, folder.path(), None)).await;
    }
}

#[tokio::test]
async fn a_retrofit_that_is_killed_after_any_batch_goes_on_where_it_was_on_postgres() {
    let cluster = Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    let bench = Postgres::new(&cluster, "killed", &site, &PEOPLE).await;
    killed_at_every_batch(&bench, &site, |job| {
        command(job, folder.path(), Some(cluster.socket()))
    })
    .await;
}

/// The child under strace, which kills it at the n-th call that writes; gives whether it was through before.
fn killed_at_call(number: usize, job: &str, folder: &Path) -> bool {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .arg(format!(
            "inject=pwrite64,fsync,fdatasync,ftruncate,unlink:signal=KILL:when={number}"
        ))
        .arg(std::env::current_exe().unwrap())
        .args(["killed::child", "--exact", "--nocapture"]);
    give(&mut command, job, folder, None);
    let output = command
        .output()
        .expect("strace is installed: scripts/test installs it");
    let killed = output.status.signal() == Some(9) || output.status.code() == Some(137);
    assert!(
        killed || output.status.success(),
        "{}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    !killed
}

fn copied(template: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("cp")
        .arg("-a")
        .arg(template.join("."))
        .arg(folder.path())
        .status();
    assert!(status.unwrap().success());
    folder
}

/// Every so many of the calls; 1 for each of them.
fn stride() -> usize {
    let said = std::env::var("BOUNDARY_KILL_STRIDE").ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(7)
}

#[tokio::test]
async fn a_retrofit_that_is_killed_at_any_write_of_sqlite_loses_nothing_and_goes_on() {
    for (step, table) in [("seal", &PEOPLE), ("undo", &PEOPLE), ("seal", &VISITORS)] {
        let template = tempfile::tempdir().unwrap();
        {
            let site = Site::open(template.path()).await;
            site.make_tables();
            let bench = Sqlite { site: &site, table };
            retrofit::fill(&bench).await;
            if step == "undo" {
                work(&bench, &site, "seal").await;
            }
        }
        let mut number = 1;
        loop {
            let folder = copied(template.path());
            let job = format!("{step} {}", table.name);
            let is_through = killed_at_call(number, &job, folder.path());
            let site = Site::open(folder.path()).await;
            let bench = Sqlite { site: &site, table };
            retrofit::reads(&bench, &site).await;
            work(&bench, &site, step).await;
            retrofit::reads(&bench, &site).await;
            let sealed = format!(
                "SELECT count(*) FROM {} WHERE email_sealed IS NOT NULL",
                table.name
            );
            let plain = format!("SELECT count(*) FROM {} WHERE email IS NOT NULL", table.name);
            let found = (
                bench.data_keys().await,
                bench.number(&sealed).await,
                bench.number(&plain).await,
            );
            let expected = if step == "seal" { (22, 22, 0) } else { (0, 0, 22) };
            assert_eq!(found, expected, "{job}, killed at call {number}");
            if is_through {
                break;
            }
            number += stride();
        }
        println!("{step} {}: {number} calls", table.name);
        assert!(number > 30, "{number}");
    }
}

#[tokio::test]
async fn a_re_wrapping_that_is_killed_at_any_write_loses_nothing_and_goes_on() {
    let template = tempfile::tempdir().unwrap();
    {
        let site = Site::open(template.path()).await;
        site.make_tables();
        site.put::<0>(0..8).await;
        site.put::<1>(0..8).await;
        site.vault
            .rotate(&operator(), &TenantId::new("acme"))
            .await
            .unwrap();
    }
    let mut number = 1;
    loop {
        let folder = copied(template.path());
        let is_through = killed_at_call(number, "rewrap", folder.path());
        let site = Site::open(folder.path()).await;
        for _ in 0..2 {
            for id in 0..8 {
                assert_eq!(site.email_of::<0>(id).await, crate::site::email(id));
                assert_eq!(site.email_of::<1>(id).await, crate::site::email(id));
            }
            let report = crate::rewrapping::rewrap(&site, 3).await;
            assert_eq!(
                report.left.into_iter().collect::<Vec<_>>(),
                [(2, 16)],
                "killed at call {number}"
            );
            site.vault
                .retire_generations(&operator(), &TenantId::new("acme"), 2)
                .await
                .unwrap();
            site.wait(60);
        }
        if is_through {
            break;
        }
        number += stride();
    }
    println!("re-wrapping: {number} calls");
    assert!(number > 20, "{number}");
}

const _: () = assert!(ROWS > 20);
