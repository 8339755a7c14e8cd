//! The cases of `tests/ui.rs`: `attacks` by number, `derive` with each mistake, `pass` with the shapes that work. A package of its own,
//! because a case is compiled with all dependencies of its package.
