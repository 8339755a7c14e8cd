//! Attack 27: a border queue takes releases only.

use boundary_runtime::release::BorderQueue;

fn attack(queue: &BorderQueue) {
    let _ = queue.send(&String::from("priya@example.org"));
}

fn main() {}
