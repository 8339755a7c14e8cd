//! Attack 58: whoever reads a process's memory is past all types. So what a central process holds must not be there in the
//! clear: the test runs itself as such a process, which searches all of its own memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};

use boundary_runtime::{Column, Record, Sealed};
use payments_model::policy::region;

use crate::support::Site;

const CHILD: &str = "BOUNDARY_TEST_CENTRAL_PROCESS";
/// The child is told what to look for under this mask, so that being told does not put it there.
const MASK: u8 = 0xA5;

fn masked(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| byte ^ MASK).collect()
}

/// How often something lies in this process's memory, given under the mask.
fn found_in_memory(masked_needle: &[u8]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut found = 0;
    for line in maps.lines() {
        let mut parts = line.split_whitespace();
        let (range, rights) = (parts.next().unwrap(), parts.next().unwrap());
        if !rights.starts_with('r') || line.ends_with("[vvar]") || line.ends_with("[vsyscall]") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let bound = |text| u64::from_str_radix(text, 16).unwrap();
        let length = usize::try_from(bound(end) - bound(start)).unwrap();
        let mut content = vec![0; length];
        if memory.seek(SeekFrom::Start(bound(start))).is_err() || memory.read_exact(&mut content).is_err() {
            continue;
        }
        // Masked in place, so that what is searched for is never compared in the clear, nor copied.
        content.iter_mut().for_each(|byte| *byte ^= MASK);
        found += memchr::memmem::find_iter(&content, masked_needle).count();
    }
    found
}

/// What the child does: it takes in what a central process holds, and reports what its memory holds.
fn central_process() {
    let mut given = Vec::new();
    std::io::stdin().read_to_end(&mut given).unwrap();
    let needle = hex(&std::env::var(CHILD).unwrap());
    let ciphertext = masked(&given[..64]);
    let (plain, sealed) = (found_in_memory(&needle), found_in_memory(&ciphertext));
    // The control: once the value is there in the clear, the search finds it.
    let planted = masked(&needle);
    let control = found_in_memory(&needle);
    std::hint::black_box((&given, &planted));
    println!("plain {plain} sealed {} control {}", sealed > 0, control > 0);
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[tokio::test]
async fn attack_58_the_memory_of_a_central_process_holds_ciphertext_only() {
    if std::env::var_os(CHILD).is_some() {
        return central_process();
    }
    let site = Site::<region::In>::new().await;
    let secret = format!("memory-{}", site.folder.path().display());
    let customer = site.customer(1, &secret, "Pune").await;
    let email = format!("{secret}@example.org");
    // What a copy of the record would bring along: the ciphertext of each sealed field, and the wrapped key.
    let mut record = Vec::new();
    for (index, field) in ["email", "name", "national_id"].into_iter().enumerate() {
        let position = payments_model::Customer::DECLARATION
            .fields
            .iter()
            .filter(|field| field.role != Some(boundary_runtime::schema::FieldRole::DataKey))
            .position(|declared| declared.field == field)
            .unwrap();
        let sealed = Sealed::<String>::from_cell(&customer.cells()[position]).unwrap();
        record.extend_from_slice(sealed.as_ciphertext());
        assert!(
            index > 0 || record.len() >= 64,
            "the ciphertext is too short to be told apart"
        );
    }
    record.extend_from_slice(customer.data_key.as_bytes());

    let needle: String = masked(email.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg("memory::attack_58_the_memory_of_a_central_process_holds_ciphertext_only")
        .env(CHILD, needle)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&record).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("plain 0 sealed true control true"),
        "the child said: {said}"
    );
}
