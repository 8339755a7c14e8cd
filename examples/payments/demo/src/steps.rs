//! The steps of the demo.

use std::path::Path;
use std::time::Instant;

use serde_json::Value;

use crate::Failure;
use crate::processes::Processes;
use crate::scan::scan;

/// Customers and payments of the two regions: 10,000 and 50,000 together.
const SIZES: [(&str, &str, &str); 2] = [("in", "7000", "35000"), ("eu", "3000", "15000")];

fn step(number: u8, title: &str) {
    println!("\n{number:>2}. {title}");
}

fn say(text: impl AsRef<str>) {
    text.as_ref().lines().for_each(|line| println!("    {line}"));
}

/// Ends the demo where something is not as it must be.
fn must(holds: bool, otherwise: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

fn number(answer: &Value, key: &str) -> Result<i64, Failure> {
    answer[key]
        .as_i64()
        .ok_or_else(|| format!("no number `{key}` in {answer}").into())
}

fn path(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .ok_or_else(|| "the temporary folder's name is no UTF-8".into())
}

/// Runs every step.
pub(crate) fn run() -> Result<(), Failure> {
    let folder = tempfile::Builder::new().prefix("boundary-demo-").tempdir()?;
    say("Boundary: one payments company, two countries, one central plane.");
    let processes = Processes::build(folder.path())?;
    let started = Instant::now();

    provision(&processes)?;
    serve(&processes)?;
    market(&processes)?;
    refuse(&processes)?;
    let regional = release(&processes)?;
    board(&processes, regional)?;
    erase(&processes)?;
    scan_for_canaries(&processes)?;
    say(format!(
        "\nAll steps held, in {:.1} s after the build.",
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn provision(processes: &Processes) -> Result<(), Failure> {
    step(1, "Provision two regions and fill them");
    let (migrations, keys) = (processes.migrations(), processes.folder("public-keys")?);
    for (region, customers, payments) in SIZES {
        let arguments = [
            "provision",
            "--migrations",
            path(&migrations)?,
            "--public-keys",
            path(&keys)?,
        ];
        let made = processes.in_country(region, &arguments)?;
        let filled = processes.in_country(
            region,
            &["seed", "--customers", customers, "--payments", payments],
        )?;
        say(format!(
            "{region}: {} key authorities, {} customers, {} payments, every regulated field sealed or resident",
            made["tenants"], filled["customers"], filled["payments"]
        ));
    }
    Ok(())
}

fn serve(processes: &Processes) -> Result<(), Failure> {
    step(2, "Signup and payment, in India");
    let signup = processes.in_country("in", &["signup"])?;
    say(format!(
        "residence resolved to region {} before anything was stored; card of {} digits authorised in-country",
        signup["region"], signup["card_digits_authorised"]
    ));
    must(
        number(&signup, "card_digits_authorised")? == 16,
        "the card was not authorised",
    )?;

    step(3, "A support agent looks at the customer");
    let view = processes.in_country("in", &["support"])?;
    say(format!("sees {} and {}", view["name"], view["email"]));
    say(format!("asks for a billing session: {}", view["billing"]));
    must(
        view["billing"].is_string(),
        "a support agent was given a billing session",
    )
}

fn market(processes: &Processes) -> Result<(), Failure> {
    step(4, "Marketing consent is withdrawn while events are queued");
    let offer = processes.in_country("in", &["offer", "--events", "500"])?;
    say(format!(
        "{} queued; {} without consent were never queued",
        offer["queued"], offer["without_consent"]
    ));
    say(format!(
        "then one subject withdrew: {} delivered, {} withheld",
        offer["delivered"], offer["withheld"]
    ));
    say(format!("delivery to a sink abroad: {}", offer["abroad"]));
    let (queued, delivered, withheld) = (
        number(&offer, "queued")?,
        number(&offer, "delivered")?,
        number(&offer, "withheld")?,
    );
    must(
        withheld == 1 && delivered + withheld == queued,
        "a withdrawn event was delivered, or one was lost",
    )?;
    must(
        number(&offer, "without_consent")? > 0,
        "nobody was without consent, so nothing was shown",
    )?;
    must(
        offer["abroad"].is_string(),
        "events were delivered to a sink of another region",
    )
}

fn refuse(processes: &Processes) -> Result<(), Failure> {
    step(
        5,
        "The central pipeline asks for an e-mail address: rustc answers",
    );
    let message = processes.compile_forbidden()?;
    say(&message);
    for part in [
        "Customer::email",
        "user.contact.email",
        "in_country",
        "Central",
        "cohort",
        "de-identified",
    ] {
        must(
            message.contains(part),
            &format!("the message does not name `{part}`"),
        )?;
    }
    Ok(())
}

fn release(processes: &Processes) -> Result<Vec<Value>, Failure> {
    step(6, "Each region releases rollups through its gate");
    let queue = processes.folder("border-queue")?;
    let mut answers = Vec::new();
    for (region, ..) in SIZES {
        let answer = processes.in_country(region, &["release", "--queue", path(&queue)?])?;
        say(format!(
            "{region}: {} cities released, {} suppressed with {} subjects; {} ages in buckets of ten",
            answer["groups"],
            answer["suppressed"]["records"],
            answer["suppressed"]["subjects"],
            answer["ages"]
        ));
        must(
            answer["suppressed"]["subjects"].as_u64() >= Some(20),
            "too few subjects in the remainder",
        )?;
        answers.push(answer);
    }
    Ok(answers)
}

fn board(processes: &Processes, regional: Vec<Value>) -> Result<(), Failure> {
    step(7, "The central plane verifies, stitches, and has its one number");
    let queue = processes.folder("border-queue")?;
    let accepted = processes.central(&["accept", "--queue", path(&queue)?])?;
    say(format!("{} releases accepted", accepted["accepted"]));
    must(
        number(&accepted, "accepted")? == 6,
        &format!("releases were refused: {}", accepted["refused"]),
    )?;
    let again = processes.central(&["accept", "--queue", path(&queue)?])?;
    say(format!(
        "the same six once more: {} accepted, {} refused as replays",
        again["accepted"], 6
    ));
    must(
        number(&again, "accepted")? == 0,
        "a replayed release was accepted",
    )?;

    let board = processes.central(&["board"])?;
    for (region, numbers) in board["regions"].as_object().into_iter().flatten() {
        say(format!(
            "{region}: {} in {} payments",
            money(number(numbers, "sum")?),
            numbers["payments"]
        ));
    }
    let (total, suppressed) = (number(&board, "total")?, number(&board, "suppressed")?);
    let regions: i64 = regional
        .iter()
        .filter_map(|answer| answer["sum_in_region"].as_i64())
        .sum();
    say(format!("board: {}", money(total)));
    say(format!(
        "       = {} in the regions less {} suppressed, as stated",
        money(regions),
        money(suppressed)
    ));
    must(
        total == regions - suppressed,
        "the board's number is not the regions' less what they suppressed",
    )
}

fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn erase(processes: &Processes) -> Result<(), Failure> {
    step(8, "The customer asks for its data, then to be erased");
    let export = processes.in_country("in", &["export"])?;
    say(format!(
        "access request answered inside the region: {}",
        export["file"].is_string()
    ));
    let erased = processes.in_country("in", &["erase"])?;
    say(format!(
        "{} rows and {} data keys erased, {} left; a new grant: {}",
        erased["rows"], erased["data_keys"], erased["left"], erased["grant"]
    ));
    must(
        number(&erased, "rows")? == 2 && number(&erased, "left")? == 0,
        "rows of the subject are left",
    )?;
    must(erased["grant"].is_string(), "an erased subject was given a grant")
}

fn scan_for_canaries(processes: &Processes) -> Result<(), Failure> {
    step(9, "Byte scan: is any canary in what the central plane has?");
    let canaries = processes.canaries()?;
    let mut central = 0;
    for folder in ["central", "border-queue", "public-keys"] {
        let scan = scan(&processes.folder(folder)?, &canaries)?;
        central += scan.found.len();
        say(format!(
            "{folder}: {} files, {} bytes, {} canaries",
            scan.files,
            scan.bytes,
            scan.found.len()
        ));
        must(scan.bytes > 0, "there was nothing to scan")?;
    }
    must(central == 0, "a canary is in what the central plane has")?;

    // The control: the same scan over a copy into which a file was carried around the gate.
    let control = processes.folder("control")?;
    std::fs::copy(
        processes.home.join("central/warehouse.json"),
        control.join("warehouse.json"),
    )?;
    std::fs::copy(
        processes.home.join("in/exports/1000001.json"),
        control.join("bypass.json"),
    )?;
    let found = scan(&control, &canaries)?;
    say(format!(
        "control, with one region's file carried around the gate: {} canaries",
        found.found.len()
    ));
    must(
        !found.found.is_empty(),
        "the scan finds nothing where there is something: it proves nothing",
    )?;

    // What a thief of the region's database files would have: names of subjects and resident columns, nothing sealed.
    let stolen = processes.folder("stolen")?;
    for file in ["rows.sqlite", "keys.sqlite"] {
        std::fs::copy(processes.home.join("in/data").join(file), stolen.join(file))?;
    }
    let found = scan(&stolen, &canaries)?;
    let sealed = ["5550199", "99990142"];
    let leaked = found
        .found
        .iter()
        .filter(|(_, canary)| sealed.contains(&canary.as_str()))
        .count();
    say(format!(
        "a copy of the region's own database files: {leaked} canaries of sealed fields"
    ));
    say("(its resident columns and subjects' identifiers lie there in the clear, as the policy says)");
    must(
        leaked == 0,
        "a sealed field is in the clear in the region's database",
    )
}
