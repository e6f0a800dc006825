//! Text set to 80 columns.

use std::fmt::{self, Write as _};

/// Writes `items` after `label`, a comma between, wrapped at 80 columns and indented by `indent` on the lines that
/// follow. At most `most` items are shown; the others are counted.
pub(super) fn list(
    f: &mut fmt::Formatter<'_>,
    label: &str,
    indent: usize,
    items: impl ExactSizeIterator<Item = String>,
    most: usize,
) -> fmt::Result {
    let more = items.len().saturating_sub(most);
    let mut shown: Vec<String> = items.take(most).collect();
    if more > 0 {
        shown.push(format!("and {} more", grouped(more as u64)));
    }
    let mut column = label.chars().count();
    f.write_str(label)?;
    for (n, item) in shown.iter().enumerate() {
        let last = n + 1 == shown.len();
        let item = clipped(item, WIDTH - indent - 1);
        let width = item.chars().count() + usize::from(!last);
        if n > 0 && column + 1 + width > WIDTH {
            write!(f, "\n{:indent$}", "")?;
            column = indent;
        } else if n > 0 {
            f.write_char(' ')?;
            column += 1;
        }
        f.write_str(&item)?;
        if !last {
            f.write_char(',')?;
        }
        column += width;
    }
    f.write_char('\n')
}

/// A line of at most 80 columns.
pub(super) fn line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "{}", clipped(text, WIDTH))
}

/// A heading between empty lines.
pub(super) fn heading(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "\n{text}\n{:-<width$}", "", width = text.chars().count())
}

/// `12,345`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `2 files`.
pub(crate) fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// `302 kB`.
pub(crate) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "bytes";
    for next in ["kB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "bytes" { plural(bytes, "byte", "bytes") } else { format!("{value:.1} {unit}") }
}

/// At most `width` characters, the last a full stop run where some were cut.
pub(super) fn clipped(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect()
}

const WIDTH: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_for_a_person() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(301_947), "301.9 kB");
        assert_eq!(clipped("abcdefgh", 6), "abc...");
    }
}
