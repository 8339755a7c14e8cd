//! How the benches measure: all rows in turn, round after round, so that what disturbs the machine meets each of them.
//!
//! Of a row and a round the median of some short batches counts, and of all rounds the fastest: a neighbour only ever adds time.
#![allow(missing_docs, unreachable_pub)]

use std::time::{Duration, Instant};

/// A way to seal and open one record.
pub struct Row<'a> {
    pub name: &'static str,
    pub seal: Box<dyn FnMut() + 'a>,
    pub open: Box<dyn FnMut() + 'a>,
}

impl<'a> Row<'a> {
    pub fn new(name: &'static str, seal: impl FnMut() + 'a, open: impl FnMut() + 'a) -> Self {
        Self {
            name,
            seal: Box::new(seal),
            open: Box::new(open),
        }
    }
}

const BATCHES: usize = 15;
const BATCH: Duration = Duration::from_micros(100);

/// Nanoseconds that one call takes: the median of the batches.
fn median(calls: u32, act: &mut dyn FnMut()) -> f64 {
    let mut batches: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                act();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[BATCHES / 2]
}

/// As many calls as fill a batch.
fn calibrate(act: &mut dyn FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            act();
        }
        if start.elapsed() >= BATCH {
            return calls;
        }
        calls *= 2;
    }
}

/// Runs the rows in `ROUNDS` rounds (200 unless the environment says otherwise) and prints them as a table of Markdown,
/// with ratios to the first row.
pub fn run(mut rows: Vec<Row<'_>>) {
    // For a profiler: one row and nothing else.
    if let Ok(only) = std::env::var("ROW") {
        for row in rows.iter_mut().filter(|row| row.name == only) {
            (0..2_000).for_each(|_| (row.seal)());
            (0..2_000).for_each(|_| (row.open)());
        }
        return;
    }
    let rounds = std::env::var("ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(200_u32);
    let calls: Vec<(u32, u32)> = rows
        .iter_mut()
        .map(|row| (calibrate(&mut row.seal), calibrate(&mut row.open)))
        .collect();
    let mut best = vec![(f64::INFINITY, f64::INFINITY); rows.len()];
    for _ in 0..rounds {
        for ((row, calls), best) in rows.iter_mut().zip(&calls).zip(&mut best) {
            best.0 = best.0.min(median(calls.0, &mut row.seal));
            best.1 = best.1.min(median(calls.1, &mut row.open));
        }
    }
    println!("| row | seal | ratio | open | ratio |");
    println!("|---|---:|---:|---:|---:|");
    let floor = best[0];
    for (row, (seal, open)) in rows.iter().zip(best) {
        println!(
            "| {} | {seal:.0} ns | {:.2} | {open:.0} ns | {:.2} |",
            row.name,
            seal / floor.0,
            open / floor.1
        );
    }
}
