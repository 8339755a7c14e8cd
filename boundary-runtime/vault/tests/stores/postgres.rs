//! Retrofits in a real PostgreSQL, in a cluster of the test's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use boundary_runtime::retrofit::{Plan, PostgresDatabase, Retrofit};
use boundary_schema::Declaration;
use tokio_postgres::{Client, Config, NoTls};

use crate::retrofit::{self, Bench};
use crate::site::{PEOPLE, Site, VISITORS};

/// A cluster in a temporary folder, reached through a socket in it, stopped when dropped.
pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    binaries: PathBuf,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("boundary-pg").tempdir().unwrap();
        let cluster = Self {
            folder,
            binaries: binaries(),
        };
        if is_root() {
            succeed(Command::new("chown").arg("postgres").arg(cluster.socket()));
        }
        let data = cluster.socket().join("data");
        succeed(
            cluster
                .server("initdb")
                .args([
                    "--auth=trust",
                    "--username=postgres",
                    "--no-sync",
                    "--encoding=UTF8",
                    "--locale=C",
                    "-D",
                ])
                .arg(&data),
        );
        let options = format!(
            "-c listen_addresses='' -c fsync=off -c unix_socket_directories='{}'",
            cluster.socket().display()
        );
        succeed(
            cluster
                .server("pg_ctl")
                .arg("-D")
                .arg(&data)
                .arg("-l")
                .arg(cluster.socket().join("log"))
                .args(["-w", "-o", &options, "start"])
                .stdout(Stdio::null()),
        );
        cluster
    }

    pub(crate) fn socket(&self) -> &Path {
        self.folder.path()
    }

    /// A program of the server, which refuses to run as root.
    fn server(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.socket());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.socket().join("data");
        let _ = self
            .server("pg_ctl")
            .arg("-D")
            .arg(data)
            .args(["-m", "immediate", "stop"])
            .output();
        if is_root() {
            let _ = Command::new("chown")
                .args(["-R", "root"])
                .arg(self.socket())
                .output();
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0\n")
}

/// Debian keeps the server's programs out of the path, a folder for each major version.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    let in_path = std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file()));
    found.pop().or(in_path).expect(
        "this test needs a real Postgres: install the package `postgresql` (apt-get install postgresql)",
    )
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

pub(crate) async fn connect(socket: &Path, database: &str) -> Client {
    let (client, connection) = Config::new()
        .host_path(socket)
        .user("postgres")
        .dbname(database)
        .connect(NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("SET client_min_messages = error")
        .await
        .unwrap();
    client
}

/// One database with the tables of the tests.
pub(crate) struct Postgres<'s> {
    pub(crate) site: &'s Site,
    pub(crate) socket: PathBuf,
    pub(crate) name: String,
    pub(crate) client: Client,
    pub(crate) table: &'static Declaration,
}

impl<'s> Postgres<'s> {
    pub(crate) async fn new(
        cluster: &Cluster,
        name: &str,
        site: &'s Site,
        table: &'static Declaration,
    ) -> Self {
        let admin = connect(cluster.socket(), "postgres").await;
        admin
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        let client = connect(cluster.socket(), name).await;
        client
            .batch_execute(
                "CREATE TABLE people (id bigint PRIMARY KEY, tenant text NOT NULL, subject text NOT NULL,
                     email varchar(100), email_sealed bytea, phone integer, phone_sealed bytea);
                 CREATE TABLE visitors (id integer, tenant varchar(20) NOT NULL, subject text NOT NULL, data_key bytea,
                     email text, email_sealed bytea, phone bigint, phone_sealed bytea, PRIMARY KEY (tenant, id));",
            )
            .await
            .unwrap();
        Self {
            site,
            socket: cluster.socket().to_owned(),
            name: name.to_owned(),
            client,
            table,
        }
    }
}

impl Bench for Postgres<'_> {
    type Database = PostgresDatabase;

    async fn database(&self) -> PostgresDatabase {
        PostgresDatabase::new(connect(&self.socket, &self.name).await).with_policy(&self.site.policy)
    }

    async fn sql(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    async fn data_keys(&self) -> i64 {
        if self.table.name == "visitors" {
            return self.number("SELECT count(data_key) FROM visitors").await;
        }
        let made = "SELECT count(to_regclass('boundary_keys.boundary_data_keys'))";
        match self.number(made).await {
            0 => 0,
            _ => {
                self.number("SELECT count(*) FROM boundary_keys.boundary_data_keys")
                    .await
            }
        }
    }

    fn table(&self) -> &'static Declaration {
        self.table
    }
}

/// The courses of `retrofit`, each in a database of its own; a cluster for each of them would take longer than all.
#[tokio::test]
async fn every_course_of_a_retrofit_runs_on_postgres_as_on_sqlite() {
    let cluster = Cluster::start();
    macro_rules! courses {
        ($($name:ident)+) => {$(
            for table in [&PEOPLE, &VISITORS] {
                let folder = tempfile::tempdir().unwrap();
                let site = Site::open(folder.path()).await;
                let database = format!("{}_{}", stringify!($name), table.name);
                println!("{database}");
                let bench = Postgres::new(&cluster, &database, &site, table).await;
                retrofit::$name(&bench, &site).await;
            }
        )+};
    }
    courses! {
        sealed_and_finished
        two_columns_share_a_data_key
        taken_back
        written_meanwhile
        refused
        renewed_and_cleared_to_a_text
    }
    types_and_names(&cluster).await;
}

/// What only PostgreSQL has: schemas, types that are none of ours, keys without order, and rows that VACUUM leaves.
async fn types_and_names(cluster: &Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    let bench = Postgres::new(cluster, "types", &site, &PEOPLE).await;
    bench
        .sql(
            "DROP TABLE people;
             CREATE TABLE people (id bigint, tenant text, subject text, email inet, email_sealed bytea, phone integer,
                 phone_sealed text);",
        )
        .await;
    let open = async |field| {
        let plan = Plan::new(&PEOPLE, field, field).unwrap();
        let database = bench.database().await;
        Retrofit::<String, _>::open(plan, database)
            .await
            .err()
            .unwrap()
            .to_string()
    };
    assert!(open("email").await.contains("`email` is inet"));
    assert!(
        open("phone")
            .await
            .contains("`phone_sealed` is text and not bytea")
    );
    bench
        .sql("ALTER TABLE people DROP COLUMN email, ADD COLUMN email text")
        .await;
    assert!(open("email").await.contains("no primary key"));

    // A finished retrofit leaves the old versions of rows in the table's file until it is rewritten.
    bench.sql("ALTER TABLE people ADD PRIMARY KEY (id)").await;
    retrofit::fill(&bench).await;
    let sessions = async || site.session().await;
    let mut emails = retrofit::of_emails(&bench).await;
    emails.run(sessions).await.unwrap();
    emails.verify(sessions).await.unwrap();
    emails.finish(sessions).await.unwrap();
    let holds = async || {
        bench.sql("CHECKPOINT").await;
        let path: String = bench
            .client
            .query_one("SELECT pg_relation_filepath('people')", &[])
            .await
            .unwrap()
            .get(0);
        let bytes = std::fs::read(cluster.socket().join("data").join(path)).unwrap();
        let text = crate::site::email(7);
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    assert!(holds().await);
    bench.sql("VACUUM FULL people").await;
    assert!(!holds().await);
    retrofit::reads(&bench, &site).await;
}
