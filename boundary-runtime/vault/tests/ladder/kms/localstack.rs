//! A LocalStack on the loopback interface: the one that `BOUNDARY_TEST_KMS` gives the address of, or one of this process'
//! own, which ends with it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// How long it may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Where KMS answers.
pub fn endpoint() -> &'static str {
    static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
    &SERVER.endpoint
}

struct Server {
    endpoint: String,
    /// Its standard input ends with this process, and so does the server.
    _own: Option<Child>,
}

impl Server {
    fn start() -> Self {
        if let Ok(endpoint) = std::env::var("BOUNDARY_TEST_KMS") {
            return Self { endpoint, _own: None };
        }
        // The server removes it when it ends.
        let folder = tempfile::Builder::new()
            .prefix("boundary-kms")
            .tempdir()
            .unwrap()
            .keep();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut child = Command::new(python())
            .arg(scripts().join("localstack-kms"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("LocalStack starts");
        let started = Instant::now();
        loop {
            if let Ok(endpoint) = std::fs::read_to_string(folder.join("endpoint")) {
                return Self {
                    endpoint,
                    _own: Some(child),
                };
            }
            let ended = child.try_wait().unwrap();
            if ended.is_some() || started.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                let _ = child.kill();
                panic!("LocalStack does not answer ({ended:?}):\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts")
}

/// The Python of `scripts/localstack-tools`: one that was brought for all tests, where `BOUNDARY_TEST_TOOLS` names its folder, or
/// one in the target folder.
fn python() -> PathBuf {
    if let Some(tools) = std::env::var_os("BOUNDARY_TEST_TOOLS") {
        return PathBuf::from(tools).join("localstack/bin/python");
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(target).unwrap();
    // One process brings it, the others wait for that.
    let lock = std::fs::File::create(target.join("localstack.lock")).unwrap();
    lock.lock().unwrap();
    let tools = target.join("localstack");
    let is_whole = tools.join("whole");
    if !is_whole.exists() {
        let brought = Command::new(scripts().join("localstack-tools"))
            .arg(&tools)
            .status();
        assert!(
            brought.is_ok_and(|status| status.success()),
            "scripts/localstack-tools failed"
        );
        std::fs::write(is_whole, "").unwrap();
    }
    tools.join("bin/python")
}
