//! A migration in every dialect, parsed and replayed: no panic, and every place lies in the file.
#![no_main]

use std::path::Path;

use boundary_lint::catalogue::replay;
use boundary_lint::parse::statements;
use boundary_lint::source::{SourceFile, Sources};
use boundary_schema::Dialect;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for dialect in Dialect::ALL {
        let found = statements(*dialect, text);
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(Path::new(""), "case.sql".into(), text.to_owned()));
        let catalogue = replay(*dialect, [(file, found.as_slice())]);
        for relation in catalogue.relations() {
            for column in &relation.columns {
                let span = column.birth.span;
                assert!(span.start <= span.end && span.end <= text.len());
                let _ = (catalogue.data_type(column), catalogue.is_nullable(column));
            }
        }
    }
});
