//! A line of a table as programs for tables read it (RFC 4180).

/// Characters with which a cell is taken for a formula (OWASP, CSV injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes a line. What a program would take for a formula gets an apostrophe in front, so that nobody's words are reckoned
/// with.
#[must_use]
pub fn line<I>(cells: I) -> String
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    let mut line = String::new();
    for (nth, cell) in cells.into_iter().enumerate() {
        if nth > 0 {
            line.push(',');
        }
        write(&mut line, cell.as_ref());
    }
    line.push_str("\r\n");
    line
}

fn write(line: &mut String, cell: &str) {
    let is_formula = cell.trim_start_matches(' ').starts_with(FORMULA);
    if !is_formula && !cell.contains(['"', ',', '\n', '\r']) {
        line.push_str(cell);
        return;
    }
    line.push('"');
    if is_formula {
        line.push('\'');
    }
    line.push_str(&cell.replace('"', "\"\""));
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_cells_and_lines_apart_is_quoted() {
        let cells = ["plain", "a, b", "say \"hi\"", "two\nlines", ""];
        assert_eq!(line(cells), "plain,\"a, b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n");
    }

    #[test]
    fn nobodys_words_become_a_formula() {
        for words in ["=1+1", "+31612", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1"] {
            assert_eq!(line([words]), format!("\"'{words}\"\r\n"));
        }
        assert_eq!(line(["1-2=3"]), "1-2=3\r\n", "within it is no formula");
    }
}
