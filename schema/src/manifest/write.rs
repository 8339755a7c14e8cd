//! A manifest as text: TOML with one item a line, sorted, so that git merges and compares it by items.

use std::fmt::{self, Write};

use super::{Manifest, Value};

const HEADER: &str = "# Everything that is declared here, one item a line. Written by `cargo boundary manifest`; after a conflict, write it again.";

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nversion = {}", Manifest::VERSION)?;
        let mut section = None;
        for (item, said) in &self.items {
            if section != Some((item.kind, &item.group)) {
                section = Some((item.kind, &item.group));
                match item.kind.group() {
                    Some(_) => writeln!(f, "\n[{}.{}]", item.kind, Quoted(&item.group))?,
                    None => writeln!(f, "\n[{}]", item.kind)?,
                }
            }
            write!(f, "{} = {{", Quoted(&item.name))?;
            for (at, (attribute, value)) in said.iter().enumerate() {
                write!(f, "{} {attribute} = ", if at == 0 { "" } else { "," })?;
                match value {
                    Value::Text(text) => write!(f, "{}", Quoted(text))?,
                    Value::Number(number) => write!(f, "{number}")?,
                    Value::Yes => f.write_str("true")?,
                    Value::Set(words) => {
                        f.write_char('[')?;
                        for (at, word) in words.iter().enumerate() {
                            write!(f, "{}{}", if at == 0 { "" } else { ", " }, Quoted(word))?;
                        }
                        f.write_char(']')?;
                    }
                }
            }
            f.write_str(if said.iter().next().is_some() {
                " }\n"
            } else {
                "}\n"
            })?;
        }
        Ok(())
    }
}

/// A basic string of TOML 1.0.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\t' => f.write_str("\\t")?,
                // Direction marks would let a line show something else than it says.
                c if c.is_control()
                    || ('\u{2028}'..='\u{202e}').contains(&c)
                    || ('\u{2066}'..='\u{2069}').contains(&c) =>
                {
                    write!(f, "\\u{:04X}", u32::from(c))?;
                }
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
