//! Models as users of sqlx, diesel and sea-orm have them, with the derive and the wrappers added and the rest kept.

#![forbid(unsafe_code)]

pub mod with_diesel;
pub mod with_sea_orm;
pub mod with_sqlx;

boundary_runtime::policy!();
