//! What helps a project to begin: pages of rules, a first policy, suggestions, and attributes that are put in where somebody accepted them.

pub mod explain;
pub mod fix;
pub mod init;
pub mod suggestions;
