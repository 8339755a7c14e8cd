//! Attack 25: `From` and `Into` towards a type of one's own.

use boundary_runtime::{Plain, Sealed};

struct Mine(String);

impl From<Plain<String>> for Mine {
    fn from(opened: Plain<String>) -> Self {
        Mine(opened.value)
    }
}

fn attack(opened: Plain<String>, sealed: Sealed<String>) {
    let _: String = opened.into();
    let _ = String::from(sealed);
}

fn main() {}
