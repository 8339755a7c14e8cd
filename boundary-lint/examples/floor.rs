//! What a check cannot do without: reading the Rust files and the migrations of a folder, and parsing the migrations, on all cores.
//! `scripts/bench-lint` measures the lint against it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on must say so and stop"
)]

use std::path::PathBuf;

use boundary_lint::{discover, parse};
use rayon::prelude::*;

fn main() {
    let root = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let (read, statements) = boundary_lint::with_room(|| {
        let project = discover::project(&root).unwrap();
        let rust: usize = project
            .rust
            .par_iter()
            .map(|path| std::fs::read(path).unwrap().len())
            .sum();
        let statements: usize = project
            .migrations
            .par_iter()
            .flat_map(|folder| folder.files.par_iter().map(|file| (folder.dialect, file)))
            .map(|(dialect, file)| parse::statements(dialect, &std::fs::read_to_string(file).unwrap()).len())
            .sum();
        (rust, statements)
    })
    .unwrap();
    println!("{read} bytes of Rust, {statements} statements");
}
