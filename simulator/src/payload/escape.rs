//! JSON text as Meta writes it: everything outside ASCII as `\uXXXX` in lower case, `/` as `\/`.
//!
//! A receiver that parses and serialises again gets other bytes, so a signature checked over anything but
//! the raw body fails here as it fails in production.

use std::fmt::Write as _;

use serde_json::Value;

/// Appends a quoted, escaped string.
pub fn push_str(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    push_unit(out, *unit);
                }
            }
        }
    }
    out.push('"');
}

fn push_unit(out: &mut String, unit: u16) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(char::from(HEX[usize::from(unit >> shift) & 0xf]));
    }
}

/// Appends an integer.
pub fn push_int(out: &mut String, number: i64) {
    // Writing into a String cannot fail.
    write!(out, "{number}").ok();
}

/// Appends any JSON value with the same escaping.
pub fn push_value(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => push_str(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_value(out, item);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, item)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_str(out, name);
                out.push(':');
                push_value(out, item);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            write!(out, "{value}").ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_meta_does_and_reads_back_the_same() {
        let text = "Räder a/b \"x\" \\ \n\u{0} 🚲 ~\u{7f}";
        let mut out = String::new();
        push_str(&mut out, text);
        assert!(out.is_ascii());
        assert!(out.contains("R\\u00e4der a\\/b"));
        assert!(out.contains("\\ud83d\\udeb2"));
        assert_eq!(serde_json::from_str::<String>(&out).expect("valid JSON"), text);
    }
}
